/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Series over time as plots: points, what did not count, medians of the stretches, change points.
 */
#ifndef SY_REPORT_PLOT_SERIES_H
#define SY_REPORT_PLOT_SERIES_H

#include <glib.h>

#include "judge/series.h"

/*
 * An <svg class="plot"> for each of `all` (SySeries*, judged, with a point at least), by one
 * gnuplot. No text of a series is in them: whoever shows them says what they are. Errors as
 * sy_gnuplot_run(). The caller frees.
 */
GStrv sy_plot_series(const GPtrArray *all, GError **error);

/* gnuplot's script of it: plot-0.svg, plot-1.svg ... Numbers only. Pure. The caller frees. */
char *sy_plot_series_script(const GPtrArray *all);

#endif

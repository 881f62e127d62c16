/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots series over time: points, points that do not count, change points, medians between them. */
#ifndef SY_REPORT_PLOT_SERIES_H
#define SY_REPORT_PLOT_SERIES_H

#include <glib.h>

#include "judge/series.h"

/*
 * An <svg class="plot"> for each of `all` (SySeries*, judged, with at least one point), by one
 * gnuplot. The plots hold no text of a series: the caller labels them. Errors as
 * sy_gnuplot_run(). The caller frees.
 */
GStrv sy_plot_series(const GPtrArray *all, GError **error);

/* The gnuplot script for them: plot-0.svg, plot-1.svg ... Numbers only. Pure. The caller frees. */
char *sy_plot_series_script(const GPtrArray *all);

#endif

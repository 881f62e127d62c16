/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gnuplot as a child with a limit, and its SVGs made fit to stand in a page. What is plotted is for
 * others to say: plot.h, plot-series.h. */
#ifndef SY_REPORT_GNUPLOT_H
#define SY_REPORT_GNUPLOT_H

#include <glib.h>

/* The colour in gnuplot's hands that becomes the page's ink. */
#define SY_GNUPLOT_INK "#010203"

/* What gnuplot is given at most, s. */
#define SY_PLOT_LIMIT_S 20

/*
 * Runs `script`, which is to write the SVGs `files` into its working folder; their texts in that
 * order. Blocks until gnuplot is done. SY_ERROR_UNAVAILABLE if it is not installed,
 * SY_ERROR_TIMEOUT, SY_ERROR_PROTOCOL or SY_ERROR_IO if it fails. The caller frees.
 */
GStrv sy_gnuplot_run(const char *script, const char *const *files, GError **error);

/* What is inside the <svg> that gnuplot wrote, with the page's ink, and ids that `number` keeps
 * apart from those of others. SY_ERROR_PROTOCOL if it is no SVG. Pure; the caller owns it. */
GString *sy_gnuplot_body(const char *svg, guint number, GError **error);

#endif

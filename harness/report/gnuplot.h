/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs gnuplot as a child with a time limit, and makes its SVGs fit for a page. What is plotted is
 * decided in plot.h and plot-series.h. */
#ifndef SY_REPORT_GNUPLOT_H
#define SY_REPORT_GNUPLOT_H

#include <glib.h>

/* The colour in gnuplot's scripts that becomes the page's text colour. */
#define SY_GNUPLOT_INK "#010203"

/* Time limit of gnuplot, s. */
#define SY_PLOT_LIMIT_S 20

/*
 * Runs `script`, which writes the SVGs `files` into its working folder, and returns their texts in
 * that order. Blocks until gnuplot is done. SY_ERROR_UNAVAILABLE if it is not installed,
 * SY_ERROR_TIMEOUT, SY_ERROR_PROTOCOL or SY_ERROR_IO if it fails. The caller frees.
 */
GStrv sy_gnuplot_run(const char *script, const char *const *files, GError **error);

/* The inside of the <svg> that gnuplot wrote, with the page's text colour; `number` makes its ids
 * unique in the page. SY_ERROR_PROTOCOL if it is not an SVG. Pure; the caller owns the result. */
GString *sy_gnuplot_body(const char *svg, guint number, GError **error);

#endif

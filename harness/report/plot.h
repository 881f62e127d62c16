/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots a table as an SVG for a page, by gnuplot as a child process with a time limit. */
#ifndef SY_REPORT_PLOT_H
#define SY_REPORT_PLOT_H

#include "report/pivot.h"

/*
 * The magnitudes of `pivot` on a log scale, one series per column, with the range of the samples:
 * an <svg class="plot"> without scripts, styles or links, whose ink is currentColor; every text in
 * it is escaped. `number` keeps the ids of several on one page apart. Blocks until gnuplot is done.
 * SY_ERROR_UNAVAILABLE if gnuplot is not installed or nothing can be drawn, SY_ERROR_TIMEOUT,
 * SY_ERROR_PROTOCOL or SY_ERROR_IO if it fails. The caller frees.
 */
char *sy_plot_pivot(const SyPivot *pivot, guint number, GError **error);

/* The gnuplot script for it, which writes plot.svg; NULL if nothing can be drawn. Pure; the texts
 * of the run are not in it: sy_plot_finish() puts them in. The caller frees. */
char *sy_plot_script(const SyPivot *pivot);

/* Turns gnuplot's output into what sy_plot_pivot() returns. SY_ERROR_PROTOCOL if it is not an SVG.
 * Pure. */
char *sy_plot_finish(const SyPivot *pivot, const char *svg, guint number, GError **error);

#endif

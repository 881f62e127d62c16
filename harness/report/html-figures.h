/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All tables of the page that have a plot: cases side by side (pivot.h), what a whole consists of
 * (parts.h), and scaling (scaling.h). */
#ifndef SY_REPORT_HTML_FIGURES_H
#define SY_REPORT_HTML_FIGURES_H

#include "result/result.h"

/* The plots of a run in the order of the tables: char*; an <svg>, a sentence why there is none, or
 * NULL where none is wanted. Runs gnuplot (report/plot.h). The caller owns the array. */
GPtrArray *sy_html_plots(const SyRunResult *run);

/* Appends the sections; nothing without tables. `plots` as above, or NULL: none. */
void sy_html_figures(GString *out, const SyRunResult *run, const GPtrArray *plots);

#endif

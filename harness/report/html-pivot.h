/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of report/pivot.h on the page, and the plot of each headline metric. */
#ifndef SY_REPORT_HTML_PIVOT_H
#define SY_REPORT_HTML_PIVOT_H

#include "report/pivot.h"

/* The plots of `pivots` (SyPivot*): char*, one per table; an <svg>, a sentence why there is none,
 * or NULL where none is wanted. Runs gnuplot (report/plot.h). The caller owns the array. */
GPtrArray *sy_html_pivot_plots(const GPtrArray *pivots);

/* Appends a section; nothing without tables. `plots` as above, or NULL: none. */
void sy_html_pivots(GString *out, const GPtrArray *pivots, const GPtrArray *plots);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics over all runs as a page of its own: self-contained, no scripts. */
#ifndef SY_REPORT_HTML_HISTORY_H
#define SY_REPORT_HTML_HISTORY_H

#include <glib.h>

/* So many series are drawn at most; those that changed come first. All are in the table. */
#define SY_HTML_HISTORY_PLOTS 24

/*
 * The page of `all` (SySeries*, judged): what changed with plots, and a table of every series.
 * Blocks for gnuplot; without it, or if it fails, the page says so where the plots would be. The
 * caller frees.
 */
char *sy_html_history(const GPtrArray *all);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metrics over all runs: a page of its own (self-contained, no scripts), and the section of a run's
 * page that shows how its metrics changed. */
#ifndef SY_REPORT_HTML_HISTORY_H
#define SY_REPORT_HTML_HISTORY_H

#include <glib.h>

/* At most this many series are drawn, those that changed first. All are in the table. */
#define SY_HTML_HISTORY_PLOTS 24

/* The same in a run's report, which should stay small. */
#define SY_HTML_RUN_PLOTS 12

/*
 * The page of `all` (SySeries*, judged): what changed with plots, and a table of every series.
 * Blocks for gnuplot; without it, or if it fails, the page says so where the plots would be. The
 * caller frees.
 */
char *sy_html_history(const GPtrArray *all);

/*
 * A section for sy_html_render(): of `all` (SySeries*, judged, the last point of each this run's)
 * those with earlier points; what changed for the worse, and lately, comes first. `trouble`, if not
 * NULL, is why there is no history. Blocks for gnuplot likewise. The caller frees.
 */
char *sy_html_run_history(const GPtrArray *all, const char *trouble);

#endif

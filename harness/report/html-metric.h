/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A metric's name and figures, as the tables of cases and the details of a case show them. */
#ifndef SY_REPORT_HTML_METRIC_H
#define SY_REPORT_HTML_METRIC_H

#include <glib.h>

#include "result/result.h"

/* "share_error_pct, %": the name and, if it has one, the unit. The caller frees. */
char *sy_html_metric_label(const SyMetric *metric);

/* The same, escaped, as part of the page. */
void sy_html_metric_name(GString *out, const SyMetric *metric);

/* Two table cells: the median, and its 95 % interval if there is one. `label` is the first
 * column's, for narrow screens. */
void sy_html_value_cells(GString *out, const SyMetric *metric, const char *label);

/* One table cell: the median and, smaller, its 95 % interval; empty for NULL. */
void sy_html_interval_cell(GString *out, const char *label, const SyMetric *metric);

#endif

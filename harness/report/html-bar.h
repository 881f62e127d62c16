/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A metric against its gate as a small inline drawing: the gate's band, interval, samples, median.
 */
#ifndef SY_REPORT_HTML_BAR_H
#define SY_REPORT_HTML_BAR_H

#include <glib.h>

#include "result/result.h"

/*
 * Appends an <svg>, whose colours come from the page's style; nothing for a metric without gate or
 * samples. All drawings of one gate have the same scale; what lies beyond it becomes an arrow.
 */
void sy_html_bar(GString *out, const SyMetric *metric);

#endif

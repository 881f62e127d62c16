/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases side by side, on the page. */
#ifndef SY_REPORT_HTML_PIVOT_H
#define SY_REPORT_HTML_PIVOT_H

#include "report/pivot.h"

/* Appends the table below its plot: an <svg>, a sentence why there is none, or NULL. */
void sy_html_pivot(GString *out, const SyPivot *pivot, const char *plot);

#endif

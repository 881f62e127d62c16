/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every case in detail, below the tables of the HTML page. */
#ifndef SY_REPORT_HTML_CASE_DETAILS_H
#define SY_REPORT_HTML_CASE_DETAILS_H

#include <glib.h>

#include "result/result.h"

/* Every case with all metrics, samples and logs; folded away unless it did not pass. */
void sy_html_case_details(GString *out, const SyRunResult *run);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cases on the HTML page, as a table per workload. */
#ifndef SY_REPORT_HTML_CASES_H
#define SY_REPORT_HTML_CASES_H

#include <glib.h>

#include "result/result.h"

/* One table per workload: parameters that vary as columns, the main metric, its drawing. */
void sy_html_case_tables(GString *out, const SyRunResult *run);

#endif

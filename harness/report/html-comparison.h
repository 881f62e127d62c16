/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparisons of a run on the page: each with its verdict and a table of its rows. */
#ifndef SY_REPORT_HTML_COMPARISON_H
#define SY_REPORT_HTML_COMPARISON_H

#include "result/result.h"

/* Appends a section; nothing for a run without comparisons. */
void sy_html_comparisons(GString *out, const SyRunResult *run);

#endif

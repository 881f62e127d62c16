/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison of two runs or builds as a page of its own: verdict first, self-contained, no
 * scripts. */
#ifndef SY_REPORT_HTML_RUN_DIFF_H
#define SY_REPORT_HTML_RUN_DIFF_H

#include "judge/run-diff.h"

/* The caller frees. */
char *sy_html_run_diff(const SyRunDiff *diff);

#endif

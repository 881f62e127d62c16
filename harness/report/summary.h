/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.md: the run on a CI page, in GitHub-flavoured Markdown; the verdict comes first. */
#ifndef SY_REPORT_SUMMARY_H
#define SY_REPORT_SUMMARY_H

#include "result/result.h"

/* The document; text of unknown origin cannot break the table or become markup. The caller frees.
 */
char *sy_summary_render(const SyRunResult *run);

#endif

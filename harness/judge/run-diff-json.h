/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison of two runs found, as JSON: docs/RESULTS.md has the fields. */
#ifndef SY_JUDGE_RUN_DIFF_JSON_H
#define SY_JUDGE_RUN_DIFF_JSON_H

#include "judge/run-diff.h"

/* comparison.json, schema 1: equal comparisons give equal bytes. The caller frees. */
char *sy_run_diff_json(const SyRunDiff *diff);

#endif

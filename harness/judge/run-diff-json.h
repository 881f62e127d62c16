/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The differences between two runs as JSON; docs/RESULTS.md describes the fields. */
#ifndef SY_JUDGE_RUN_DIFF_JSON_H
#define SY_JUDGE_RUN_DIFF_JSON_H

#include "judge/run-diff.h"

/* comparison.json, schema 1; equal input gives equal bytes. The caller frees. */
char *sy_run_diff_json(const SyRunDiff *diff);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run against its baseline, for the terminal. */
#ifndef SY_REPORT_BASELINE_H
#define SY_REPORT_BASELINE_H

#include "judge/baseline.h"
#include "report/terminal.h"

/*
 * Baseline and run, every value that differs with both values, difference and size, and the
 * verdict. If the key differs: what changed, and `record`, the command that records a new baseline.
 * `path` is the baseline's file. The caller frees, as below.
 */
char *sy_baseline_text(const SyBaselineCheck *check, const SyRunResult *baseline,
                       const SyRunResult *run, const char *path, const char *record,
                       const SyTerminalStyle *style);

/* "share_error_pct [2]  throttle.share/...: 0.01 -> 0.11 %, +0.1 (+1000 %)". */
char *sy_baseline_difference_text(const SyBaselineDifference *difference);

#endif

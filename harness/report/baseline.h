/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mods' code against its baseline, for the terminal. */
#ifndef SY_REPORT_BASELINE_H
#define SY_REPORT_BASELINE_H

#include "judge/baseline.h"
#include "report/terminal.h"

/*
 * Both builds, every function that differs with both sizes and the difference, and the verdict; if
 * a new baseline is due, why. `path` is the baseline's file, `record` the command that records a
 * new one. The caller frees, as below.
 */
char *sy_baseline_text(const SyBaselineCheck *check, const SyBaseline *was, const SyBaseline *now,
                       const char *path, const char *record, const SyTerminalStyle *style);

/* "kvm_throttle_run: 120 -> 128 instructions (+8)". */
char *sy_baseline_difference_text(const SyBaselineDifference *difference);

#endif

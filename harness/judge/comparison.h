/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges the comparisons within a run: two sets of cases of one workload differ in one parameter
 * only, and the first set must be no worse than the second. A job file asks for them:
 *
 *     [compare exactness]                    ; a label of your own
 *     workload = throttle.peers
 *     subject = limiter=kvm-throttle         ; must be no worse ...
 *     against = limiter=cgroup               ; ... than this; a comma list of values, or * for
 *                                            ; every other value
 *     metric = share_error_pct
 *     against_metric = longest_overrun_us    ; the metric of `against`; default: `metric`
 *
 * A row is one case of the subject and one case of `against` that agree in all other parameters. It
 * passes if x, the subject's median, is no worse than y, the other one's:
 *
 *     target    |x| <= |y|
 *     lower     x <= y
 *     higher    x >= y
 *
 * Pure.
 */
#ifndef SY_JUDGE_COMPARISON_H
#define SY_JUDGE_COMPARISON_H

#include "result/comparison.h"

/*
 * Judges all of `run->comparisons` by the cases that the run has so far, and replaces their rows. A
 * row is INCONCLUSIVE if one of its cases is missing, was not measured or is inconclusive, or if
 * the two were measured in different host modes.
 */
void sy_comparisons_judge(SyRunResult *run);

/* True if the case of `workload` with `params` (SyParam*) belongs to the subject of `c`, and if it
 * belongs to what the subject is compared with. */
bool sy_comparison_is_subject(const SyComparison *c, const char *workload, const GPtrArray *params);
bool sy_comparison_is_against(const SyComparison *c, const char *workload, const GPtrArray *params);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges the comparisons within a run: of two sets of cases of one workload that differ in one
 * parameter only, one must be no worse than the other. A job file asks for them:
 *
 *     [compare exactness]                    ; a label of your own
 *     workload = throttle.peers
 *     subject = limiter=kvm-throttle         ; what must be no worse ...
 *     against = limiter=cgroup               ; ... than this: a comma list of values, or * for
 *                                            ; every other value
 *     metric = share_error_pct
 *     against_metric = longest_overrun_us    ; the metric of `against`; default: `metric`
 *
 * A row is a case of the subject and a case of `against` that agree in all other parameters. It
 * passes if the subject's median is no worse:
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
 * Judges all of `run->comparisons` by the cases that the run has so far, and replaces earlier rows.
 * A case that is missing, not measured, inconclusive, or measured in another host mode makes its
 * row INCONCLUSIVE.
 */
void sy_comparisons_judge(SyRunResult *run);

/* True if the case of `workload` with `params` (SyParam*) belongs to the subject, or to what it is
 * compared with. */
bool sy_comparison_is_subject(const SyComparison *c, const char *workload, const GPtrArray *params);
bool sy_comparison_is_against(const SyComparison *c, const char *workload, const GPtrArray *params);

#endif

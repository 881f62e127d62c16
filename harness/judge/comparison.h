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
 *     metric = share_error_pct               ; of both
 *     tolerance = 0.05                       ; by how much it may be worse, in the metric's unit
 *
 * A row is one case of the subject and one case of `against` that agree in all other parameters. By
 * how much the subject is worse is Hodges & Lehmann's estimate from the repetitions x of the
 * subject and y of the other:
 *
 *     target    |x| - |y|
 *     lower     x - y
 *     higher    y - x
 *
 * A row passes if the whole interval of that is within the tolerance, and fails if all of it is
 * beyond. Otherwise it is INCONCLUSIVE.
 *
 * Pure.
 */
#ifndef SY_JUDGE_COMPARISON_H
#define SY_JUDGE_COMPARISON_H

#include "result/comparison.h"

/*
 * How often one end of an interval may be wrong in any row of a comparison (Bonferroni). So the
 * chance that a comparison fails although no subject is worse by more than the tolerance, or passes
 * although one is, is at most this, as far as the repetitions of a case are independent.
 */
#define SY_COMPARISON_LEVEL 0.01

/*
 * Judges all of `run->comparisons` by the cases that the run has so far, and replaces their rows. A
 * row is INCONCLUSIVE, too, if one of its cases is missing, was not measured or is inconclusive, if
 * the two were measured in different host modes, or if there are too few repetitions: with r rows
 * it takes n of each case where (2n over n) >= 100 r. In lab-exact, the interval is the range of
 * all differences, and one repetition is enough.
 */
void sy_comparisons_judge(SyRunResult *run);

/* True if the case of `workload` with `params` (SyParam*) belongs to the subject of `c`, and if it
 * belongs to what the subject is compared with. */
bool sy_comparison_is_subject(const SyComparison *c, const char *workload, const GPtrArray *params);
bool sy_comparison_is_against(const SyComparison *c, const char *workload, const GPtrArray *params);

#endif

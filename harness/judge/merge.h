/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repetitions of one case that were measured on several occasions, put together. Pure. */
#ifndef SY_JUDGE_MERGE_H
#define SY_JUDGE_MERGE_H

#include "result/result.h"

/*
 * Adds the repetitions, and those set aside, of `more` to `into`, both of one case, and judges the
 * whole anew. An ERROR on any occasion stays one, with its reason; without a single good repetition
 * status and reason are those of `more`. No trace is kept: it would be of one occasion only.
 */
void sy_case_result_merge(SyCaseResult *into, const SyCaseResult *more);

/* Adds the cases of `more` to `into`, or merges them with those that are there; takes them over.
 * The lab, if `into` has none. */
void sy_run_result_merge(SyRunResult *into, SyRunResult *more);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merges repetitions of one case that were measured at different times. Pure. */
#ifndef SY_JUDGE_MERGE_H
#define SY_JUDGE_MERGE_H

#include "result/result.h"

/*
 * Adds the repetitions of `more`, also the discarded ones, to `into`, a result of the same case,
 * and judges the case again. If either was an ERROR, the result is, with the first such reason. If
 * no repetition is left, status and reason are those of `more`. The trace is dropped, because it
 * would cover one of the two only.
 */
void sy_case_result_merge(SyCaseResult *into, const SyCaseResult *more);

/* Moves the cases of `more` into `into`, and merges those that both have. Moves the lab, too, if
 * `into` has none. */
void sy_run_result_merge(SyRunResult *into, SyRunResult *more);

#endif

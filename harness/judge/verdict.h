/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From figures to verdicts: gate, case, run, exit code. Pure functions, no I/O. */
#ifndef SY_JUDGE_VERDICT_H
#define SY_JUDGE_VERDICT_H

#include "result/result.h"

/*
 * Sets metric->verdict from its samples, median and gate, for a case that should have `repetitions`
 * samples. Every sample is held to the limit on samples, because a mean hides a bad one; what is no
 * finite number breaks it. Fewer samples than repetitions can break that limit but not hold the
 * gate, and have no median to judge: NONE, as without a gate.
 */
void sy_metric_judge(SyMetric *metric, guint repetitions);

/* How many samples break the limit on samples; 0 without one. */
guint sy_metric_breaches(const SyMetric *metric);

/* True if the median breaks the limit on it. */
bool sy_metric_median_breaks(const SyMetric *metric);

/* "share_error_pct 9.81 % breaks its gate +-5 % in 2 of 3 repetitions", "the median of ... breaks
 * its gate
 * +-0.1 %", or both: for a metric that failed. The caller frees. */
char *sy_metric_breach_text(const SyMetric *metric);

/* The breaches of all metrics of the case that failed, joined by "; ". The caller frees. */
char *sy_case_breach_text(const SyCaseResult *result);

/* The first metric that has a gate but no verdict, or NULL: such a case must not pass. Owned by the
 * case. */
const SyMetric *sy_case_unjudged(const SyCaseResult *result);

/* FAIL if any metric of the case failed its gate, else PASS if any passed one, else NONE. */
SyVerdict sy_case_verdict(const SyCaseResult *result);

/* Planned cases without a result: the run was cut short, or is still going. */
guint sy_run_missing(const SyRunResult *run);

/*
 * The exit code (base/exit-code.h) that cases and comparisons add up to, whatever run->exit says. Any FAIL of
 * either: 1. Else any ERROR, SKIP or missing case, or no case at all: 3. Else an INCONCLUSIVE case
 * and no PASS case with a passing gate, or a comparison of which no row was conclusive: 4. Else 0.
 */
int sy_run_exit_code(const SyRunResult *run);

/*
 * One plain sentence that agrees with sy_run_exit_code(), as in "2 of 12 cases broke their gate; 1
 * was inconclusive." The caller frees.
 */
char *sy_run_verdict_sentence(const SyRunResult *run);

#endif

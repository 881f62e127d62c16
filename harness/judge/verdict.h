/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From measured values to verdicts: of a gate, a case and a run, and the run's exit code. Pure. */
#ifndef SY_JUDGE_VERDICT_H
#define SY_JUDGE_VERDICT_H

#include "result/result.h"

/*
 * Sets metric->verdict from its samples, median and gate; the case should have `repetitions`
 * samples. The limit on samples applies to each of them, because a mean hides a bad one; a sample
 * that is not finite fails it. With fewer samples than repetitions one of them may still fail its
 * limit, but the gate cannot pass and the median is not judged: NONE, as without a gate.
 */
void sy_metric_judge(SyMetric *metric, guint repetitions);

/* How many samples fail the limit on samples; 0 without one. */
guint sy_metric_breaches(const SyMetric *metric);

/* True if the median fails the limit on it. */
bool sy_metric_median_fails(const SyMetric *metric);

/*
 * Why a metric failed: "share_error_pct 9.81 % fails its gate +-5 % in 2 of 3 repetitions", "the
 * median of share_error_pct, 0.2 %, fails its gate +-0.1 %", or both. The caller frees.
 */
char *sy_metric_breach_text(const SyMetric *metric);

/* The same for all metrics of the case that failed, joined by "; ". The caller frees. */
char *sy_case_breach_text(const SyCaseResult *result);

/* The first metric that has a gate but no verdict, or NULL: a case with one must not pass. Owned by
 * the case. */
const SyMetric *sy_case_unjudged(const SyCaseResult *result);

/* FAIL if any metric of the case failed its gate, else PASS if any passed one, else NONE. */
SyVerdict sy_case_verdict(const SyCaseResult *result);

/* Number of planned cases without a result: the run was cut short, or is still going. */
guint sy_run_missing(const SyRunResult *run);

/*
 * The exit code (base/exit-code.h) that follows from cases and comparisons, whatever run->exit
 * says; the first that applies:
 *
 *     FAIL           a case or a comparison is FAIL
 *     COULD_NOT_RUN  a case is ERROR, SKIP or missing, or there is no case at all
 *     INCONCLUSIVE   too many cases are undecided, a workload has no decided case
 *                    (SyRunDecided), or too many rows of the comparisons are, or all of one
 *     PASS           otherwise
 */
int sy_run_exit_code(const SyRunResult *run);

/* How much of a run was decided. */
typedef struct {
    guint gated;                /* cases with a gate, but for those meant to be undecided */
    guint undecided;            /* of these, INCONCLUSIVE ones */
    bool too_many;              /* more than run->max_inconclusive_pct % of the gated ones */
    guint rows, undecided_rows; /* of all comparisons */
    bool too_many_rows;         /* by the same measure */
    /* The first workload of which no case was decided: PASS or FAIL, by a gate if any of its cases
     * has one. NULL: none. Owned by the run. */
    const char *workload;
} SyRunDecided;

SyRunDecided sy_run_decided(const SyRunResult *run);

/*
 * One plain sentence that agrees with sy_run_exit_code(), as in "2 of 12 cases failed their gates;
 * 1 was inconclusive." The caller frees.
 */
char *sy_run_verdict_sentence(const SyRunResult *run);

#endif

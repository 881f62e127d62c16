/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparisons within a run: of two sets of cases of one workload that differ in one parameter only,
 * one is to be no worse than the other. A job file asks for them:
 *
 *     [compare exactness]                ; a label of its own
 *     workload = throttle.peers
 *     subject = limiter=kvm-throttle     ; what is to be no worse ...
 *     against = limiter=cgroup           ; ... than this; a comma list of values, or * for every
 * other one metric = share_error_pct against_metric = longest_overrun_us  ; what is taken of
 * `against`; default: the metric
 *
 * A row is a case of the subject and one of `against` that agree in all other parameters. It passes
 * if the subject's median is no worse: target: |x| <= |y|; lower: x <= y; higher: x >= y. Pure.
 */
#ifndef SY_JUDGE_COMPARISON_H
#define SY_JUDGE_COMPARISON_H

#include "result/result.h"

/* `against` of a comparison with every other value. */
#define SY_COMPARISON_ANY "*"

typedef struct {
    char *case_id;  /* NULL: there is no such case */
    double median;  /* NAN: not known */
    double ci95[2]; /* of the median; NAN: not known */
} SyComparisonSide;

typedef struct {
    char *where; /* what both sides agree in, as in "ratio_pct=10,period_ms=20" */
    char *value; /* of the parameter, on the other side: "cgroup"; NULL: there is none */
    SyComparisonSide subject, against;
    SyStatus status; /* PASS, FAIL or INCONCLUSIVE */
    char *reason;    /* NULL for PASS; else one line */
} SyComparisonRow;

typedef struct {
    char *label; /* "exactness"; NULL: none */
    char *workload, *param;
    char *subject; /* value of the parameter */
    GStrv against; /* values, or SY_COMPARISON_ANY alone */
    char *metric, *against_metric;
    char *unit; /* of both metrics, as is `better` */
    SyBetter better;
    SyStatus
        status;   /* FAIL if a row is, else INCONCLUSIVE if one is or there are none, else PASS */
    char *reason; /* NULL for PASS; else one line */
    GPtrArray *rows; /* SyComparisonRow*, in the order of the cases */
} SyComparison;

/* Empty ones; the caller owns them. Every *_free() takes NULL. */
SyComparison *sy_comparison_new(void);
SyComparisonRow *sy_comparison_row_new(void);

/* As asked for, without rows. The caller owns it. */
SyComparison *sy_comparison_copy(const SyComparison *from);

void sy_comparison_row_free(SyComparisonRow *row);
void sy_comparison_free(SyComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyComparison, sy_comparison_free)

/*
 * Judges all of `run->comparisons` by the cases that the run has so far; rows of before are
 * replaced. A side that is missing, not measured, inconclusive, or was measured in another host
 * mode makes its row INCONCLUSIVE.
 */
void sy_comparisons_judge(SyRunResult *run);

/* True if the case of `workload` with `params` (SyParam*) is one of the subject's, or of those
 * against it. */
bool sy_comparison_is_subject(const SyComparison *c, const char *workload, const GPtrArray *params);
bool sy_comparison_is_against(const SyComparison *c, const char *workload, const GPtrArray *params);

/* Number of rows with that status. */
guint sy_comparison_count(const SyComparison *c, SyStatus status);

/* Number of the run's comparisons with that status. */
guint sy_run_result_count_comparisons(const SyRunResult *run, SyStatus status);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a [compare] section of a job file asks for, and the outcome; judge/comparison.h judges it.
 * Part of a SyRunResult. */
#ifndef SY_RESULT_COMPARISON_H
#define SY_RESULT_COMPARISON_H

#include "result/result.h"

/* The `against` that means every other value. */
#define SY_COMPARISON_ANY "*"

typedef struct {
    char *case_id;  /* NULL: there is no such case */
    double median;  /* of the compared metric; NAN: not known */
    double ci95[2]; /* of the median; NAN: not known */
} SyComparisonCase;

typedef struct {
    char *where; /* the parameters that both cases share: "ratio_pct=10,period_ms=20" */
    char *value; /* of the parameter in the other case: "cgroup"; NULL: no such case */
    SyComparisonCase subject, against;
    double worse_by;    /* the subject, by Hodges & Lehmann's estimate; NAN: not known */
    double interval[2]; /* of that, one-sided at each end; infinite: too few repetitions for it */
    SyStatus status;    /* PASS, FAIL or INCONCLUSIVE */
    char *reason;       /* one line; NULL for PASS */
} SyComparisonRow;

typedef struct {
    char *label; /* "exactness"; NULL: none */
    char *workload, *param;
    char *subject; /* value of `param` */
    GStrv against; /* values of `param`, or SY_COMPARISON_ANY alone */
    char *metric;  /* of both: like is compared with like */
    char *unit;
    SyBetter better;
    double tolerance; /* by how much the subject may be worse, in the metric's unit; not negative */

    /* FAIL if a row fails; else INCONCLUSIVE if a row is, or if there are no rows; else PASS. */
    SyStatus status;

    char *reason;    /* one line; NULL for PASS */
    GPtrArray *rows; /* SyComparisonRow*, in the order of the cases */
} SyComparison;

/* Empty objects; the caller owns them. The *_free() accept NULL. */
SyComparison *sy_comparison_new(void);
SyComparisonRow *sy_comparison_row_new(void);
void sy_comparison_row_free(SyComparisonRow *row);
void sy_comparison_free(SyComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyComparison, sy_comparison_free)

/* A copy of what `from` asks for, without rows. The caller owns it. */
SyComparison *sy_comparison_copy(const SyComparison *from);

/* Number of rows with that status. */
guint sy_comparison_count(const SyComparison *c, SyStatus status);

/* Number of the run's comparisons with that status. */
guint sy_run_result_count_comparisons(const SyRunResult *run, SyStatus status);

#endif

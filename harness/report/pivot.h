/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cases side by side: a table whose columns are the values of one textual parameter (limiter) and
 * whose rows are the other parameters in which the cases of a workload differ. A parameter gets a
 * table if a [compare] section names it or if it has three to eight values. The table has the cases
 * for which another case differs in that parameter only; a comparison's table has all. Pure.
 */
#ifndef SY_REPORT_PIVOT_H
#define SY_REPORT_PIVOT_H

#include "result/result.h"

typedef struct {
    char *label;                /* the values of the parameters of `head`: "10, 20" */
    const SyCaseResult **cells; /* one per column; NULL: there is no such case */
} SyPivotRow;

/* All but `head`, the labels and the arrays is borrowed from the run. */
typedef struct {
    const char *workload, *param;
    const SyMetric *metric; /* of some case: its name, unit and direction */
    bool headline;          /* it is the workload's first metric that was measured */
    char *head;             /* "ratio_pct, period_ms"; "" if nothing else differs */
    GPtrArray *columns;     /* const char*: values of `param`, in the order of the cases */
    GPtrArray *rows;        /* SyPivotRow*, in the order of the cases */
} SyPivot;

/* The tables of a run, SyPivot*, for the headline metric and for the metrics that comparisons name.
 * They borrow from `run`. The caller owns the array. */
GPtrArray *sy_pivots_of_run(const SyRunResult *run);

/* The metric of a cell if it was measured conclusively, else NULL. Owned by the run. */
const SyMetric *sy_pivot_metric(const SyPivot *pivot, const SyPivotRow *row, guint column);

/* The smallest and the largest finite sample; NAN if there is none. */
void sy_pivot_range(const SyMetric *metric, double *low, double *high);

/*
 * "+0.004 [-0.002..+0.006]", median and range of the samples, or the median alone if `brief`; as
 * many decimals in all of a column. "inconclusive", "error" ... for a case without verdict, "n/a"
 * without samples, "" without case. The caller frees.
 */
char *sy_pivot_cell(const SyPivot *pivot, const SyPivotRow *row, guint column, bool brief);

/* "throttle.peers: share_error_pct by limiter, %". The caller frees. */
char *sy_pivot_title(const SyPivot *pivot);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/comparison.h"

#include <math.h>

SyComparisonRow *sy_comparison_row_new(void)
{
    SyComparisonRow *row = g_new0(SyComparisonRow, 1);

    row->subject = row->against = (SyComparisonCase){.median = NAN, .ci95 = {NAN, NAN}};
    row->worse_by = row->interval[0] = row->interval[1] = NAN;
    return row;
}

void sy_comparison_row_free(SyComparisonRow *row)
{
    if (!row) {
        return;
    }
    g_free(row->where);
    g_free(row->value);
    g_free(row->subject.case_id);
    g_free(row->against.case_id);
    g_free(row->reason);
    g_free(row);
}

SyComparison *sy_comparison_new(void)
{
    SyComparison *c = g_new0(SyComparison, 1);

    c->rows = g_ptr_array_new_with_free_func((GDestroyNotify)sy_comparison_row_free);
    c->status = SY_STATUS_INCONCLUSIVE;
    return c;
}

SyComparison *sy_comparison_copy(const SyComparison *from)
{
    SyComparison *c = sy_comparison_new();

    c->label = g_strdup(from->label);
    c->workload = g_strdup(from->workload);
    c->param = g_strdup(from->param);
    c->subject = g_strdup(from->subject);
    c->against = g_strdupv(from->against);
    c->metric = g_strdup(from->metric);
    c->unit = g_strdup(from->unit);
    c->better = from->better;
    c->tolerance = from->tolerance;
    return c;
}

void sy_comparison_free(SyComparison *c)
{
    if (!c) {
        return;
    }
    g_free(c->label);
    g_free(c->workload);
    g_free(c->param);
    g_free(c->subject);
    g_strfreev(c->against);
    g_free(c->metric);
    g_free(c->unit);
    g_free(c->reason);
    g_ptr_array_unref(c->rows);
    g_free(c);
}

guint sy_comparison_count(const SyComparison *c, SyStatus status)
{
    guint count = 0;

    for (guint i = 0; i < c->rows->len; i++) {
        count += ((const SyComparisonRow *)g_ptr_array_index(c->rows, i))->status == status;
    }
    return count;
}

guint sy_run_result_count_comparisons(const SyRunResult *run, SyStatus status)
{
    guint count = 0;

    for (guint i = 0; i < run->comparisons->len; i++) {
        count += ((const SyComparison *)g_ptr_array_index(run->comparisons, i))->status == status;
    }
    return count;
}

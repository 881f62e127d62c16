/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/pivot.h"

#include <math.h>
#include <string.h>

#include "report/case-set.h"
#include "report/format.h"
#include "result/comparison.h"

/* Without a comparison: fewer values are seen at a glance, more make no readable table. */
#define COLUMNS_ENOUGH 3
#define COLUMNS_MOST 8

static void row_free(SyPivotRow *row)
{
    g_free(row->label);
    g_free(row->cells);
    g_free(row);
}

static void pivot_free(SyPivot *pivot)
{
    g_free(pivot->head);
    g_ptr_array_unref(pivot->columns);
    g_ptr_array_unref(pivot->rows);
    g_free(pivot);
}

static bool is_compared(const SyRunResult *run, const char *workload, const char *param)
{
    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);

        if (g_strcmp0(c->workload, workload) == 0 && g_strcmp0(c->param, param) == 0) {
            return true;
        }
    }
    return false;
}

/* The cases for which there is another case that differs only in `param`. */
static GPtrArray *paired_cases(const GPtrArray *cases, const char *param)
{
    GPtrArray *paired = g_ptr_array_new();

    for (guint i = 0; i < cases->len; i++) {
        SyCaseResult *one = g_ptr_array_index(cases, i);
        bool found = false;

        for (guint k = 0; k < cases->len && !found; k++) {
            found = k != i && sy_cases_alike(one, g_ptr_array_index(cases, k), param);
        }
        if (found) {
            g_ptr_array_add(paired, one);
        }
    }
    return paired;
}

static SyPivotRow *find_row(const SyPivot *pivot, const SyCaseResult *result)
{
    for (guint i = 0; i < pivot->rows->len; i++) {
        SyPivotRow *row = g_ptr_array_index(pivot->rows, i);

        for (guint k = 0; k < pivot->columns->len; k++) {
            if (row->cells[k] && sy_cases_alike(row->cells[k], result, pivot->param)) {
                return row;
            }
        }
    }
    return NULL;
}

static SyPivot *pivot_new(const GPtrArray *cases, const char *workload, const char *param,
                          const SyMetric *metric)
{
    SyPivot *pivot = g_new0(SyPivot, 1);

    pivot->workload = workload;
    pivot->param = param;
    pivot->metric = metric;
    pivot->head = sy_case_set_head(cases, param);
    pivot->columns = sy_case_set_values(cases, param);
    pivot->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);
        const char *value = sy_case_value(result, param);
        SyPivotRow *row = find_row(pivot, result);
        guint column;

        if (!value ||
            !g_ptr_array_find_with_equal_func(pivot->columns, value, g_str_equal, &column)) {
            continue;
        }
        if (!row) {
            row = g_new0(SyPivotRow, 1);
            row->label = sy_case_label(cases, param, result);
            row->cells = g_new0(const SyCaseResult *, pivot->columns->len);
            g_ptr_array_add(pivot->rows, row);
        }
        row->cells[column] = result;
    }
    return pivot;
}

static bool has_metric(const GPtrArray *metrics, const SyMetric *metric)
{
    for (guint i = 0; i < metrics->len; i++) {
        if (g_strcmp0(((const SyMetric *)g_ptr_array_index(metrics, i))->name, metric->name) == 0) {
            return true;
        }
    }
    return false;
}

/* SyMetric*: the headline first, then what comparisons of `param` name. */
static GPtrArray *metrics_of(const SyRunResult *run, const GPtrArray *cases, const char *workload,
                             const char *param)
{
    GPtrArray *metrics = g_ptr_array_new();
    const SyMetric *headline = sy_case_set_measured(cases, NULL);

    if (headline) {
        g_ptr_array_add(metrics, (gpointer)headline);
    }
    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);
        const SyMetric *metric;

        if (g_strcmp0(c->workload, workload) != 0 || g_strcmp0(c->param, param) != 0) {
            continue;
        }
        metric = c->metric ? sy_case_set_measured(cases, c->metric) : NULL;
        if (metric && !has_metric(metrics, metric)) {
            g_ptr_array_add(metrics, (gpointer)metric);
        }
    }
    return metrics;
}

static void add_workload(GPtrArray *pivots, const SyRunResult *run, const char *workload)
{
    g_autoptr(GPtrArray) cases = sy_case_set(run, workload);
    const SyCaseResult *first = g_ptr_array_index(cases, 0);

    for (guint i = 0; i < first->params->len; i++) {
        const SyParam *param = g_ptr_array_index(first->params, i);
        g_autoptr(GPtrArray) paired = paired_cases(cases, param->name);
        bool compared = is_compared(run, workload, param->name);
        /* A case without a counterpart only leaves gaps, unless it should have been compared. */
        const GPtrArray *shown = compared ? cases : paired;
        g_autoptr(GPtrArray) values = sy_case_set_values(shown, param->name);
        g_autoptr(GPtrArray) metrics = metrics_of(run, shown, workload, param->name);

        if (param->type != SY_PARAM_STRING || paired->len == 0 || values->len < 2 ||
            (!compared && (values->len < COLUMNS_ENOUGH || values->len > COLUMNS_MOST))) {
            continue;
        }
        for (guint k = 0; k < metrics->len; k++) {
            SyPivot *pivot = pivot_new(shown, workload, param->name, g_ptr_array_index(metrics, k));

            pivot->headline = k == 0;
            g_ptr_array_add(pivots, pivot);
        }
    }
}

GPtrArray *sy_pivots_of_run(const SyRunResult *run)
{
    GPtrArray *pivots = g_ptr_array_new_with_free_func((GDestroyNotify)pivot_free);
    g_autoptr(GPtrArray) workloads = sy_case_set_workloads(run);

    for (guint i = 0; i < workloads->len; i++) {
        add_workload(pivots, run, g_ptr_array_index(workloads, i));
    }
    return pivots;
}

const SyMetric *sy_pivot_metric(const SyPivot *pivot, const SyPivotRow *row, guint column)
{
    return sy_case_conclusive(row->cells[column], pivot->metric->name);
}

void sy_pivot_range(const SyMetric *metric, double *low, double *high)
{
    *low = *high = NAN;
    for (guint i = 0; i < metric->samples->len; i++) {
        double sample = g_array_index(metric->samples, double, i);

        if (isfinite(sample)) {
            *low = fmin(*low, sample);
            *high = fmax(*high, sample);
        }
    }
}

/* What the largest sample of the column needs. */
static int column_decimals(const SyPivot *pivot, guint column)
{
    g_autoptr(SyMetric) all =
        sy_metric_new(pivot->metric->name, pivot->metric->unit, pivot->metric->better);

    for (guint i = 0; i < pivot->rows->len; i++) {
        const SyMetric *metric = sy_pivot_metric(pivot, g_ptr_array_index(pivot->rows, i), column);

        if (metric) {
            g_array_append_vals(all->samples, metric->samples->data, metric->samples->len);
        }
    }
    return sy_format_decimals(all);
}

char *sy_pivot_cell(const SyPivot *pivot, const SyPivotRow *row, guint column, bool brief)
{
    const SyCaseResult *result = row->cells[column];
    const SyMetric *metric = sy_pivot_metric(pivot, row, column);
    bool sign = pivot->metric->better == SY_BETTER_TARGET;
    int decimals = column_decimals(pivot, column);
    g_autofree char *median = NULL, *from = NULL, *to = NULL;
    double low, high;

    if (!result) {
        return g_strdup("");
    }
    if (!metric) {
        return result->status == SY_STATUS_PASS || result->status == SY_STATUS_FAIL
                   ? g_strdup("n/a")
                   : g_ascii_strdown(sy_status_name(result->status), -1);
    }
    median = sy_format_number(metric->median, decimals, sign);
    sy_pivot_range(metric, &low, &high);
    if (brief || metric->samples->len < 2 || isnan(low)) {
        return g_steal_pointer(&median);
    }
    from = sy_format_number(low, decimals, sign);
    to = sy_format_number(high, decimals, sign);
    return g_strdup_printf("%s [%s..%s]", median, from, to);
}

char *sy_pivot_title(const SyPivot *pivot)
{
    const char *unit = pivot->metric->unit;
    bool has_unit = unit && *unit && strcmp(unit, "1") != 0;

    return g_strdup_printf("%s: %s by %s%s%s", pivot->workload, pivot->metric->name, pivot->param,
                           has_unit ? ", " : "", has_unit ? unit : "");
}

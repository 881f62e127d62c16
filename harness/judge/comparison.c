/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/comparison.h"

#include <math.h>
#include <string.h>

#include "result/host-mode.h"
#include "stats/shift.h"

static const char *value_of(const GPtrArray *params, const char *name)
{
    for (guint i = 0; i < params->len; i++) {
        const SyParam *param = g_ptr_array_index(params, i);

        if (g_strcmp0(param->name, name) == 0) {
            return param->value;
        }
    }
    return NULL;
}

/* True if `value` is one of `against`, but not the subject's own: comparing that proves nothing. */
static bool wants(const SyComparison *c, const char *value)
{
    return value && g_strcmp0(value, c->subject) != 0 &&
           (g_strv_contains((const char *const *)c->against, SY_COMPARISON_ANY) ||
            g_strv_contains((const char *const *)c->against, value));
}

bool sy_comparison_is_subject(const SyComparison *c, const char *workload, const GPtrArray *params)
{
    const char *value = value_of(params, c->param);

    return g_strcmp0(workload, c->workload) == 0 && value && g_strcmp0(value, c->subject) == 0;
}

bool sy_comparison_is_against(const SyComparison *c, const char *workload, const GPtrArray *params)
{
    return g_strcmp0(workload, c->workload) == 0 && wants(c, value_of(params, c->param));
}

/* True if both have the same parameters with the same values, except for `param`. */
static bool agree(const GPtrArray *one, const GPtrArray *two, const char *param)
{
    if (one->len != two->len) {
        return false;
    }
    for (guint i = 0; i < one->len; i++) {
        const SyParam *p = g_ptr_array_index(one, i);

        if (g_strcmp0(p->name, param) != 0 && g_strcmp0(p->value, value_of(two, p->name)) != 0) {
            return false;
        }
    }
    return true;
}

/* The parameters in a case's id without the compared one. The caller frees. */
static char *where_of(const SyCaseResult *result, const SyComparison *c)
{
    const char *slash = result->id ? strchr(result->id, '/') : NULL;
    g_auto(GStrv) parts = g_strsplit(slash ? slash + 1 : "", ",", -1);
    g_autofree char *prefix = g_strconcat(c->param, "=", NULL);
    GString *where = g_string_new(NULL);

    for (guint i = 0; parts[i]; i++) {
        if (!g_str_has_prefix(parts[i], prefix)) {
            g_string_append_printf(where, "%s%s", where->len ? "," : "", parts[i]);
        }
    }
    return g_string_free(where, FALSE);
}

/* Fills `out` with the median of `metric_name`. Returns why the case cannot be compared; NULL if it
 * can. The caller frees. */
static char *take_case(SyComparisonCase *out, const SyCaseResult *result, const char *metric_name)
{
    const SyMetric *metric = sy_case_result_metric(result, metric_name);

    g_free(out->case_id);
    out->case_id = g_strdup(result->id);
    if (metric) {
        out->median = metric->median;
        memcpy(out->ci95, metric->ci95, sizeof(out->ci95));
    }
    if (result->status != SY_STATUS_PASS && result->status != SY_STATUS_FAIL) {
        return g_strdup_printf("%s is %s", result->id, sy_status_name(result->status));
    }
    if (!isfinite(out->median)) {
        return g_strdup_printf("%s has no %s%s%s", result->id, metric_name,
                               metric && metric->note ? ": " : "",
                               metric && metric->note ? metric->note : "");
    }
    return NULL;
}

/* The repetitions by how bad they are. The caller frees. */
static double *badness(const SyMetric *metric, SyBetter better)
{
    double *bad = g_new(double, metric->samples->len);

    for (guint i = 0; i < metric->samples->len; i++) {
        double value = g_array_index(metric->samples, double, i);

        bad[i] = better == SY_BETTER_TARGET  ? fabs(value)
                 : better == SY_BETTER_LOWER ? value
                                             : -value;
    }
    return bad;
}

/* In lab-exact no chance decides a value, only the phase in which a repetition begins: so all
 * differences are the interval, however few repetitions there are. */
static void widen(SyComparisonRow *row, const double *subject, guint n, const double *against,
                  guint m)
{
    for (guint i = 0; i < n; i++) {
        for (guint k = 0; k < m; k++) {
            row->interval[0] = fmin(row->interval[0], subject[i] - against[k]);
            row->interval[1] = fmax(row->interval[1], subject[i] - against[k]);
        }
    }
}

/* Measures by how much the subject is worse. False if there are too few repetitions for an interval
 * that holds with SY_COMPARISON_LEVEL at each end, for all rows together. */
static bool measure(SyComparisonRow *row, const SyComparison *c, const SyCaseResult *subject,
                    const SyCaseResult *against)
{
    const SyMetric *one = sy_case_result_metric(subject, c->metric);
    const SyMetric *two = sy_case_result_metric(against, c->metric);
    g_autofree double *x = badness(one, c->better), *y = badness(two, c->better);
    double confidence = 1 - 2 * SY_COMPARISON_LEVEL / c->rows->len;
    SyShift shift;

    sy_shift_measure(y, two->samples->len, x, one->samples->len, confidence, &shift);
    row->worse_by = shift.shift;
    memcpy(row->interval, shift.interval, sizeof(row->interval));
    if (sy_host_mode_is_exact(subject->host_mode)) {
        widen(row, x, one->samples->len, y, two->samples->len);
        return true;
    }
    return shift.bounded;
}

/* "ratio_pct=50: share_error_pct 0.3 % against 0.1 % of limiter=cgroup: worse by 0.2 [0.1, 0.3] %;
 * tolerance 0.05". The caller frees. */
static char *outcome(const SyComparisonRow *row, const SyComparison *c)
{
    const char *unit = c->unit ? c->unit : "";

    return g_strdup_printf("%s: %s %.4g %s against %.4g %s of %s=%s: worse by %.4g [%.4g, %.4g] "
                           "%s; tolerance %.4g",
                           row->where, c->metric, row->subject.median, unit, row->against.median,
                           unit, c->param, row->value, row->worse_by, row->interval[0],
                           row->interval[1], unit, c->tolerance);
}

static void decide(SyComparisonRow *row, const SyComparison *c, const SyCaseResult *subject,
                   const SyCaseResult *against)
{
    bool enough = measure(row, c, subject, against);

    if (enough && row->interval[1] <= c->tolerance) {
        row->status = SY_STATUS_PASS;
    } else if (enough && row->interval[0] > c->tolerance) {
        row->status = SY_STATUS_FAIL;
        row->reason = outcome(row, c);
    } else if (enough) {
        g_autofree char *text = outcome(row, c);

        row->reason = g_strconcat(text, ", which lies between: too noisy to tell", NULL);
    } else {
        row->reason = g_strdup_printf(
            "%s: too few repetitions; a comparison with %u %s takes %zu of each case", row->where,
            c->rows->len, c->rows->len == 1 ? "row" : "rows",
            sy_shift_least_values(2 * SY_COMPARISON_LEVEL / c->rows->len));
    }
}

static void judge_row(SyComparisonRow *row, const SyComparison *c, const SyRunResult *run)
{
    const SyCaseResult *subject = sy_run_result_find(run, row->subject.case_id);
    const SyCaseResult *against = sy_run_result_find(run, row->against.case_id);
    g_autofree char *one = take_case(&row->subject, subject, c->metric);
    g_autofree char *two = take_case(&row->against, against, c->metric);

    if (one || two) {
        row->reason = g_strconcat(one ? one : two, one && two ? "; " : NULL, two, NULL);
    } else if (g_strcmp0(subject->host_mode, against->host_mode) != 0) {
        row->reason = g_strdup_printf("measured in different host modes: %s and %s",
                                      subject->host_mode, against->host_mode);
    } else {
        decide(row, c, subject, against);
    }
}

/* Adds a row for a case without counterpart. */
static void add_lone_row(SyComparison *c, const SyCaseResult *found, bool is_subject,
                         const char *value)
{
    SyComparisonRow *row = sy_comparison_row_new();

    row->where = where_of(found, c);
    row->value = g_strdup(value);
    row->status = SY_STATUS_INCONCLUSIVE;
    row->reason =
        g_strdup_printf("%s: there is no case with %s=%s to compare it with", found->id, c->param,
                        !is_subject ? c->subject
                        : value     ? value
                                    : SY_COMPARISON_ANY);
    g_free(take_case(is_subject ? &row->subject : &row->against, found, c->metric));
    g_ptr_array_add(c->rows, row);
}

static void add_row(SyComparison *c, const SyCaseResult *subject, const SyCaseResult *against)
{
    SyComparisonRow *row = sy_comparison_row_new();

    row->where = where_of(subject, c);
    row->value = g_strdup(value_of(against->params, c->param));
    row->subject.case_id = g_strdup(subject->id);
    row->against.case_id = g_strdup(against->id);
    row->status = SY_STATUS_INCONCLUSIVE;
    g_ptr_array_add(c->rows, row);
}

/* The first case that differs from `result` in the compared parameter only, where it has `value`;
 * NULL if there is none. */
static const SyCaseResult *find_beside(const SyRunResult *run, const SyComparison *c,
                                       const SyCaseResult *result, const char *value)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *other = g_ptr_array_index(run->cases, i);

        if (g_strcmp0(other->workload, c->workload) == 0 &&
            g_strcmp0(value_of(other->params, c->param), value) == 0 &&
            agree(result->params, other->params, c->param)) {
            return other;
        }
    }
    return NULL;
}

static void add_rows_of_subject(SyComparison *c, const SyRunResult *run,
                                const SyCaseResult *subject)
{
    guint before = c->rows->len;

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *other = g_ptr_array_index(run->cases, i);

        if (sy_comparison_is_against(c, other->workload, other->params) &&
            agree(subject->params, other->params, c->param)) {
            add_row(c, subject, other);
        }
    }
    if (g_strv_contains((const char *const *)c->against, SY_COMPARISON_ANY)) {
        if (c->rows->len == before) {
            add_lone_row(c, subject, true, NULL);
        }
        return;
    }
    for (guint i = 0; c->against[i]; i++) {
        if (!find_beside(run, c, subject, c->against[i])) {
            add_lone_row(c, subject, true, c->against[i]);
        }
    }
}

/* "2 of 12 rows: REASON", with the reason of the first row of that status; NULL without one. */
static char *reason_of_rows(const SyComparison *c, SyStatus status)
{
    for (guint i = 0; i < c->rows->len; i++) {
        const SyComparisonRow *row = g_ptr_array_index(c->rows, i);

        if (row->status == status) {
            return g_strdup_printf("%u of %u %s: %s", sy_comparison_count(c, status), c->rows->len,
                                   c->rows->len == 1 ? "row" : "rows", row->reason);
        }
    }
    return NULL;
}

static void judge(SyComparison *c, const SyRunResult *run)
{
    g_ptr_array_set_size(c->rows, 0);
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (sy_comparison_is_subject(c, result->workload, result->params)) {
            add_rows_of_subject(c, run, result);
        } else if (sy_comparison_is_against(c, result->workload, result->params) &&
                   !find_beside(run, c, result, c->subject)) {
            add_lone_row(c, result, false, value_of(result->params, c->param));
        }
    }
    for (guint i = 0; i < c->rows->len; i++) {
        SyComparisonRow *row = g_ptr_array_index(c->rows, i);

        if (!row->reason) { /* it has both cases */
            judge_row(row, c, run);
        }
    }
    g_clear_pointer(&c->reason, g_free);
    if (sy_comparison_count(c, SY_STATUS_FAIL)) {
        c->status = SY_STATUS_FAIL;
        c->reason = reason_of_rows(c, SY_STATUS_FAIL);
    } else if (c->rows->len == 0) {
        c->status = SY_STATUS_INCONCLUSIVE;
        c->reason = g_strdup_printf("the run has no case of %s to compare", c->workload);
    } else if (sy_comparison_count(c, SY_STATUS_INCONCLUSIVE)) {
        c->status = SY_STATUS_INCONCLUSIVE;
        c->reason = reason_of_rows(c, SY_STATUS_INCONCLUSIVE);
    } else {
        c->status = SY_STATUS_PASS;
    }
}

void sy_comparisons_judge(SyRunResult *run)
{
    for (guint i = 0; i < run->comparisons->len; i++) {
        judge(g_ptr_array_index(run->comparisons, i), run);
    }
}

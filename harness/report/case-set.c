/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/case-set.h"

#include <math.h>
#include <string.h>

GPtrArray *sy_case_set_workloads(const SyRunResult *run)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (result->workload &&
            !g_ptr_array_find_with_equal_func(names, result->workload, g_str_equal, NULL)) {
            g_ptr_array_add(names, result->workload);
        }
    }
    return names;
}

GPtrArray *sy_case_set(const SyRunResult *run, const char *workload)
{
    GPtrArray *cases = g_ptr_array_new();

    for (guint i = 0; i < run->cases->len; i++) {
        SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (g_strcmp0(result->workload, workload) == 0) {
            g_ptr_array_add(cases, result);
        }
    }
    return cases;
}

const char *sy_case_value(const SyCaseResult *result, const char *param)
{
    for (guint i = 0; i < result->params->len; i++) {
        const SyParam *p = g_ptr_array_index(result->params, i);

        if (g_strcmp0(p->name, param) == 0) {
            return p->value;
        }
    }
    return NULL;
}

GPtrArray *sy_case_set_values(const GPtrArray *cases, const char *param)
{
    GPtrArray *values = g_ptr_array_new();

    for (guint i = 0; i < cases->len; i++) {
        const char *value = sy_case_value(g_ptr_array_index(cases, i), param);

        if (value && !g_ptr_array_find_with_equal_func(values, value, g_str_equal, NULL)) {
            g_ptr_array_add(values, (gpointer)value);
        }
    }
    return values;
}

bool sy_case_set_names(const GPtrArray *cases, const char *param)
{
    g_autofree char *first = g_strdup_printf("/%s=", param);
    g_autofree char *later = g_strdup_printf(",%s=", param);

    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);

        if (!strstr(result->id, first) && !strstr(result->id, later)) {
            return false;
        }
    }
    return true;
}

bool sy_cases_alike(const SyCaseResult *one, const SyCaseResult *two, const char *param)
{
    if (one->params->len != two->params->len || g_strcmp0(one->host_mode, two->host_mode) != 0) {
        return false;
    }
    for (guint i = 0; i < one->params->len; i++) {
        const SyParam *p = g_ptr_array_index(one->params, i);

        if (g_strcmp0(p->name, param) != 0 &&
            g_strcmp0(p->value, sy_case_value(two, p->name)) != 0) {
            return false;
        }
    }
    return true;
}

static bool hosts_vary(const GPtrArray *cases)
{
    const SyCaseResult *first = g_ptr_array_index(cases, 0);

    for (guint i = 1; i < cases->len; i++) {
        const SyCaseResult *other = g_ptr_array_index(cases, i);

        if (g_strcmp0(first->host_mode, other->host_mode) != 0) {
            return true;
        }
    }
    return false;
}

static void append_part(GString *text, const char *part)
{
    g_string_append_printf(text, "%s%s", text->len ? ", " : "", part ? part : "");
}

/* The names of what differs or, with `result`, its values. */
static char *describe(const GPtrArray *cases, const char *except, const SyCaseResult *result)
{
    const SyCaseResult *first = g_ptr_array_index(cases, 0);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < first->params->len; i++) {
        const SyParam *p = g_ptr_array_index(first->params, i);
        g_autoptr(GPtrArray) values = sy_case_set_values(cases, p->name);

        if (g_strcmp0(p->name, except) != 0 && values->len > 1) {
            append_part(text, result ? sy_case_value(result, p->name) : p->name);
        }
    }
    if (hosts_vary(cases)) {
        append_part(text, result ? result->host_mode : "host");
    }
    return g_string_free(text, FALSE);
}

char *sy_case_set_head(const GPtrArray *cases, const char *except)
{
    return describe(cases, except, NULL);
}

char *sy_case_label(const GPtrArray *cases, const char *except, const SyCaseResult *result)
{
    return describe(cases, except, result);
}

const SyMetric *sy_case_set_measured(const GPtrArray *cases, const char *name)
{
    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);

        for (guint k = 0; k < result->metrics->len; k++) {
            const SyMetric *metric = g_ptr_array_index(result->metrics, k);

            if (metric->samples->len && (!name || g_strcmp0(metric->name, name) == 0)) {
                return metric;
            }
        }
    }
    return NULL;
}

const SyMetric *sy_case_conclusive(const SyCaseResult *result, const char *metric)
{
    const SyMetric *found =
        result && (result->status == SY_STATUS_PASS || result->status == SY_STATUS_FAIL)
            ? sy_case_result_metric(result, metric)
            : NULL;

    return found && isfinite(found->median) ? found : NULL;
}

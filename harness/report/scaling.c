/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/scaling.h"

#include <string.h>

#include "report/case-set.h"
#include "result/host-mode.h"

#define POINTS_ENOUGH 3

static void line_free(SyScalingLine *line)
{
    g_free(line->label);
    g_array_unref(line->points);
    g_free(line);
}

static void scaling_free(SyScaling *scaling)
{
    g_ptr_array_unref(scaling->lines);
    g_free(scaling);
}

static const SyMetric *rate_of(const GPtrArray *cases)
{
    const SyCaseResult *first = g_ptr_array_index(cases, 0);

    for (guint i = 0; i < first->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(first->metrics, i);

        if (g_strcmp0(metric->unit, "1/s") == 0 && sy_case_set_measured(cases, metric->name)) {
            return metric;
        }
    }
    return NULL;
}

static guint cpus_of(const SyRunResult *run, const SyCaseResult *result)
{
    if (g_strcmp0(result->host_mode, "native") == 0) {
        return run->host ? run->host->cpus : 0;
    }
    return run->lab ? run->lab->cpus : 0;
}

static int by_x(gconstpointer a, gconstpointer b)
{
    double one = ((const SyScalingPoint *)a)->x, two = ((const SyScalingPoint *)b)->x;

    return one < two ? -1 : one > two;
}

/* True if both belong to one line: the same is measured, in the same host mode, whatever x is. How
 * it is measured may change with x: fewer rounds of many VMs. */
static bool same_line(const GPtrArray *cases, const SyCaseResult *one, const SyCaseResult *two,
                      const char *param)
{
    if (g_strcmp0(one->host_mode, two->host_mode) != 0) {
        return false;
    }
    for (guint i = 0; i < one->params->len; i++) {
        const SyParam *p = g_ptr_array_index(one->params, i);

        if (g_strcmp0(p->name, param) != 0 && sy_case_set_names(cases, p->name) &&
            g_strcmp0(p->value, sy_case_value(two, p->name)) != 0) {
            return false;
        }
    }
    return true;
}

static SyScalingLine *line_of(const SyRunResult *run, const GPtrArray *cases, const char *param,
                              const SyMetric *rate, const SyCaseResult *member)
{
    SyScalingLine *line = g_new0(SyScalingLine, 1);

    line->points = g_array_new(FALSE, FALSE, sizeof(SyScalingPoint));
    line->cpus = cpus_of(run, member);
    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);

        if (same_line(cases, member, result, param)) {
            SyScalingPoint point = {
                .x = g_ascii_strtod(sy_case_value(result, param), NULL),
                .rate = rate ? sy_case_conclusive(result, rate->name) : NULL,
                .efficiency = sy_case_conclusive(result, SY_SCALING_EFFICIENCY),
            };

            g_array_append_val(line->points, point);
        }
    }
    g_array_sort(line->points, by_x);
    return line;
}

/* True if a point has an efficiency. */
static bool was_measured(const SyScalingLine *line)
{
    for (guint i = 0; i < line->points->len; i++) {
        if (g_array_index(line->points, SyScalingPoint, i).efficiency) {
            return true;
        }
    }
    return false;
}

/* The lines over `param`, and in `members` a case of each. */
static GPtrArray *lines_of(const SyRunResult *run, const GPtrArray *cases, const char *param,
                           const SyMetric *rate, GPtrArray *members)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);

    for (guint i = 0; i < cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(cases, i);
        SyScalingLine *line;
        bool known = false;

        for (guint k = 0; k < i && !known; k++) {
            known = same_line(cases, g_ptr_array_index(cases, k), result, param);
        }
        if (known) {
            continue;
        }
        line = line_of(run, cases, param, rate, result);
        if (line->points->len >= POINTS_ENOUGH && was_measured(line)) {
            g_ptr_array_add(lines, line);
            g_ptr_array_add(members, (gpointer)result);
        } else {
            line_free(line);
        }
    }
    return lines;
}

static void add_param(GPtrArray *all, const SyRunResult *run, const GPtrArray *cases,
                      const char *workload, const char *param)
{
    g_autoptr(GPtrArray) members = g_ptr_array_new();
    SyScaling *scaling = g_new0(SyScaling, 1);

    scaling->workload = workload;
    scaling->param = param;
    scaling->rate = rate_of(cases);
    scaling->lines = lines_of(run, cases, param, scaling->rate, members);
    for (guint i = 0; i < scaling->lines->len; i++) {
        SyScalingLine *line = g_ptr_array_index(scaling->lines, i);

        line->label = sy_case_label(members, param, g_ptr_array_index(members, i));
    }
    if (scaling->lines->len) {
        g_ptr_array_add(all, scaling);
    } else {
        scaling_free(scaling);
    }
}

GPtrArray *sy_scalings_of_run(const SyRunResult *run)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)scaling_free);
    g_autoptr(GPtrArray) workloads = sy_case_set_workloads(run);

    for (guint i = 0; i < workloads->len; i++) {
        const char *workload = g_ptr_array_index(workloads, i);
        g_autoptr(GPtrArray) cases = sy_case_set(run, workload);
        const SyCaseResult *first = g_ptr_array_index(cases, 0);

        if (!sy_case_set_measured(cases, SY_SCALING_EFFICIENCY)) {
            continue;
        }
        for (guint k = 0; k < first->params->len; k++) {
            const SyParam *param = g_ptr_array_index(first->params, k);

            if (param->type == SY_PARAM_INT) {
                add_param(all, run, cases, workload, param->name);
            }
        }
    }
    return all;
}

char *sy_scaling_title(const SyScaling *scaling)
{
    return g_strdup_printf("%s by %s", scaling->workload, scaling->param);
}

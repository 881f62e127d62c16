/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/job-gates.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define MEDIAN_SUFFIX ".median"

GArray *sy_gates_of_workload(const SyWorkload *workload)
{
    GArray *gates = g_array_new(FALSE, TRUE, sizeof(SyGate));

    for (const SyMetricSpec *spec = workload->metrics; spec && spec->name; spec++) {
        SyGate gate = {.bounds_samples = spec->gate != 0, .limit = spec->gate};

        g_array_append_val(gates, gate);
    }
    return gates;
}

static bool unknown_metric(const SyWorkload *workload, const char *name, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (const SyMetricSpec *spec = workload->metrics; spec && spec->name; spec++) {
        g_string_append_printf(known, "%s%s", known->len ? ", " : "", spec->name);
    }
    g_set_error(
        error, SY_ERROR, SY_ERROR_USAGE,
        "unknown metric '%s'; write gate.METRIC or gate.METRIC.median with a metric of %s: %s",
        name, workload->name, known->len ? known->str : "it has none");
    return false;
}

static bool parse_limit(const SyMetricSpec *metric, const char *text, double *limit, GError **error)
{
    static const SyParamSpec number = {.name = "limit", .type = SY_PARAM_DOUBLE};
    g_autofree char *value = sy_param_check(&number, text, error);

    if (!value) {
        g_prefix_error(error, "a gate is one number, such as 0.5: ");
        return false;
    }
    *limit = g_ascii_strtod(value, NULL);
    if (metric->better == SY_BETTER_TARGET && *limit < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s is below 0, but the limit applies to the magnitude of %s; give 0 or more",
                    text, metric->name);
        return false;
    }
    return true;
}

bool sy_gates_set(GArray *gates, const SyWorkload *workload, const char *key, const char *text,
                  GError **error)
{
    bool median = g_str_has_suffix(key, MEDIAN_SUFFIX);
    const char *begin = key + strlen(SY_GATE_PREFIX);
    g_autofree char *name = median && strlen(begin) >= strlen(MEDIAN_SUFFIX)
                                ? g_strndup(begin, strlen(begin) - strlen(MEDIAN_SUFFIX))
                                : g_strdup(begin);

    for (guint i = 0; i < gates->len; i++) {
        const SyMetricSpec *metric = &workload->metrics[i];
        SyGate *gate = &g_array_index(gates, SyGate, i);

        if (strcmp(metric->name, name) != 0) {
            continue;
        }
        *(median ? &gate->bounds_median : &gate->bounds_samples) = true;
        return parse_limit(metric, text, median ? &gate->median_limit : &gate->limit, error);
    }
    return unknown_metric(workload, name, error);
}

static void tighten(SyBetter better, bool *bounds, double *limit, bool other_bounds, double other)
{
    if (!other_bounds) {
        return;
    }
    if (!*bounds || (better == SY_BETTER_HIGHER ? other > *limit : other < *limit)) {
        *limit = other;
    }
    *bounds = true;
}

void sy_gates_tighten(GArray *gates, const SyWorkload *workload, const GArray *others)
{
    for (guint i = 0; i < gates->len; i++) {
        SyBetter better = workload->metrics[i].better;
        SyGate *gate = &g_array_index(gates, SyGate, i);
        const SyGate *other = &g_array_index(others, SyGate, i);

        tighten(better, &gate->bounds_samples, &gate->limit, other->bounds_samples, other->limit);
        tighten(better, &gate->bounds_median, &gate->median_limit, other->bounds_median,
                other->median_limit);
    }
}

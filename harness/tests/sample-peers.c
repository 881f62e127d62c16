/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/sample-peers.h"

#include "judge/comparison.h"

void sample_peers_set(SyCaseResult *result, const char *name, double median)
{
    SyMetric *metric = sy_case_result_metric(result, name);
    const double parts[] = {1.5, 1, 0.5, 0.9, 1.1, 0.8, 1.2};

    g_array_set_size(metric->samples, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        double value = median * parts[i];

        g_array_append_val(metric->samples, value);
    }
    metric->median = median;
    metric->ci95[0] = MIN(1.5 * median, 0.5 * median);
    metric->ci95[1] = MAX(1.5 * median, 0.5 * median);
}

static void add_case(SyRunResult *run, const char *limiter, const char *ratio, double error_pct,
                     double late_us)
{
    g_autofree char *id =
        g_strdup_printf("throttle.peers/limiter=%s,ratio_pct=%s,period_ms=20", limiter, ratio);
    SyCaseResult *result = sy_case_result_new(id, "throttle.peers");

    result->index = run->cases->len;
    result->host_mode = g_strdup("native");
    g_ptr_array_add(result->params, sy_param_new("limiter", SY_PARAM_STRING, limiter));
    g_ptr_array_add(result->params, sy_param_new("ratio_pct", SY_PARAM_DOUBLE, ratio));
    g_ptr_array_add(result->params, sy_param_new("period_ms", SY_PARAM_DOUBLE, "20"));
    g_ptr_array_add(result->params, sy_param_new("load", SY_PARAM_STRING, "idle"));
    g_ptr_array_add(result->metrics, sy_metric_new("share_error_pct", "%", SY_BETTER_TARGET));
    g_ptr_array_add(result->metrics, sy_metric_new("window_lateness_us", "us", SY_BETTER_LOWER));
    g_ptr_array_add(result->metrics, sy_metric_new("longest_overrun_us", "us", SY_BETTER_LOWER));
    sample_peers_set(result, "share_error_pct", error_pct);
    sample_peers_set(result, "window_lateness_us", late_us);
    sample_peers_set(result, "longest_overrun_us", late_us * 2);
    g_ptr_array_add(run->cases, result);
}

SyRunResult *sample_peers(void)
{
    SyRunResult *run = sy_run_result_new();

    run->id = g_strdup("20261120T160800Z-peers");
    run->started = g_strdup("2026-11-20T16:08:00Z");
    run->job = g_strdup("peers");
    run->duration_s = 60;
    add_case(run, "kvm-throttle", "10", 0.004, 30);
    add_case(run, "kvm-throttle", "50", -0.002, 35);
    add_case(run, "cgroup", "10", -0.3, 4000);
    add_case(run, "cgroup", "50", 0.1, 3000);
    add_case(run, "cpulimit", "10", 42, 90000);
    add_case(run, "cpulimit", "50", -5, 80000);
    run->planned = run->cases->len;
    return run;
}

SyCaseResult *sample_peers_case(const SyRunResult *run, const char *limiter, const char *ratio)
{
    g_autofree char *id =
        g_strdup_printf("throttle.peers/limiter=%s,ratio_pct=%s,period_ms=20", limiter, ratio);

    return sy_run_result_find(run, id);
}

SyComparison *sample_peers_compare(SyRunResult *run, const char *against)
{
    SyComparison *c = sy_comparison_new();
    const char *const values[] = {against, NULL};

    c->label = g_strdup("exactness");
    c->workload = g_strdup("throttle.peers");
    c->param = g_strdup("limiter");
    c->subject = g_strdup("kvm-throttle");
    c->against = g_strdupv((GStrv)values);
    c->metric = g_strdup("share_error_pct");
    c->unit = g_strdup("%");
    c->better = SY_BETTER_TARGET;
    g_ptr_array_add(run->comparisons, c);
    sy_comparisons_judge(run);
    return c;
}

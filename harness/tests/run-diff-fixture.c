/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/run-diff-fixture.h"

#include <math.h>

#include "tests/check.h"

SyRunResult *diff_run(const char *id, const char *fingerprint)
{
    SyRunResult *run = sy_run_result_new();

    run->id = g_strdup(id);
    run->started = g_strdup("2026-11-20T16:08:00Z");
    run->exit = 0;
    run->host = g_new0(SyHostFingerprint, 1);
    run->host->fingerprint = g_strdup(fingerprint);
    run->lab = sy_lab_info_new();
    run->lab->kernel = g_strdup("6.12.107");
    run->lab->qemu = g_strdup("10.0.13");
    run->lab->cpus = 2;
    run->lab->memory_mib = 2048;
    return run;
}

SyMetric *diff_add(SyRunResult *run, const char *id, const char *mode, const char *unit,
                   SyBetter better, guint n, const double *values)
{
    SyCaseResult *result = sy_run_result_find(run, id);
    g_autofree char *name = NULL;
    SyMetric *metric;

    if (!result) {
        result = sy_case_result_new(id, "probe");
        result->host_mode = g_strdup(mode);
        result->index = run->cases->len;
        sy_run_result_add(run, result);
    }
    name = g_strdup_printf("metric_%u", result->metrics->len);
    metric = sy_metric_new(name, unit, better);
    if (better == SY_BETTER_TARGET && strcmp(id, "context") != 0) {
        metric->gate = (SyGate){.bounds_samples = true, .limit = 5};
    }
    if (n) {
        g_array_append_vals(metric->samples, values, n);
    }
    g_ptr_array_add(result->metrics, metric);
    return metric;
}

SyRunDiff *diff_of_one(const char *mode, const char *unit, SyBetter better, double base,
                       double moved, double spread, guint n)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    double left[40], right[40];
    GError *error = NULL;
    SyRunDiff *c;

    for (guint i = 0; i < n; i++) {
        double step = ((double)(i * 7 % n) - n / 2.0) * spread / n;

        left[i] = base + step;
        right[i] = moved + step + spread / 100;
    }
    diff_add(x, "probe", mode, unit, better, n, left);
    diff_add(y, "probe", mode, unit, better, n, right);
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, &error);
    check_no_error(error);
    cr_assert_eq(c->rows->len, 1);
    return c;
}

const SyRunDiffRow *diff_row(const SyRunDiff *diff, guint index)
{
    cr_assert_lt(index, diff->rows->len);
    return g_ptr_array_index(diff->rows, index);
}

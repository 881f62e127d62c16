/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many whole runs of a guest does mini-kvm make in a second: with a process for each, with a VM
 * for each, and in one VM that is reset? docs/METHOD.md explains the metrics.
 */
#include <string.h>

#include "base/cancel.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "run/case.h"
#include "stats/sample.h"
#include "workloads/minikvm/bench-run.h"
#include "workloads/minikvm/busy.h"

#define RUN_LIMIT_NS (60 * SY_NS_PER_S)

typedef struct {
    guint runs;
    char *image, *bench, *json;
    double scale; /* --fault vmm-time */
} Runs;

static bool runs_setup(SyCase *c, GError **error)
{
    Runs *r = g_new0(Runs, 1);
    g_autofree char *file = g_strconcat(sy_case_text(c, "guest"), ".bin", NULL);

    (void)error;
    c->state = r;
    r->runs = (guint)sy_case_int(c, "runs");
    r->image = g_build_filename(c->env->guests_dir, "minikvm", file, NULL);
    r->bench = g_strconcat(c->env->mini_kvm, "-bench", NULL);
    r->json = g_build_filename(c->dir, "mini-kvm-bench.json", NULL);
    r->scale = sy_faults_scale(c->env->faults, "vmm-time");
    return true;
}

/* One run with a process of its own. */
static bool run_process(const SyCase *c, const Runs *r, BenchRun *run, GError **error)
{
    double us;
    const char *argv[] = {c->env->mini_kvm, r->image, NULL};
    int64_t begin_ns = sy_now_ns();
    g_autoptr(SyChild) child = sy_child_spawn(argv, NULL, error);

    if (!child) {
        return false;
    }
    if (!sy_child_wait(child, begin_ns + RUN_LIMIT_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "mini-kvm took more than a minute");
        return false;
    }
    us = (double)(sy_now_ns() - begin_ns) / SY_NS_PER_US;
    g_array_append_val(run->run_us, us);
    run->wait_us += busy_wait_us(sy_child_pid(child));
    run->different += !sy_child_succeeded(child);
    return true;
}

/* One process after the other. NULL with `error`. */
static BenchRun *run_processes(const SyCase *c, const Runs *r, GError **error)
{
    g_autoptr(BenchRun) run = g_new0(BenchRun, 1);

    run->run_us = g_array_new(FALSE, FALSE, sizeof(double));
    run->end = g_strdup("");
    for (guint i = 0; i < r->runs; i++) {
        if (sy_cancelled(error) || !run_process(c, r, run, error)) {
            return NULL;
        }
        sy_case_alive(c);
    }
    return g_steal_pointer(&run);
}

/* All in one process. */
static BenchRun *run_bench(const SyCase *c, const Runs *r, GError **error)
{
    bool reused = strcmp(sy_case_text(c, "way"), "reused") == 0;
    g_autofree char *runs = g_strdup_printf("%u", r->runs);
    const char *arguments[] = {"--runs",
                               runs,
                               reused ? "--reuse" : "--",
                               reused ? "--" : r->image,
                               reused ? r->image : NULL,
                               NULL};

    return bench_run(r->bench, arguments, r->json, error);
}

static void take_samples(SyCase *c, const Runs *r, const BenchRun *run)
{
    static const char *const times[] = {"run_us", "run_p99_us", "runs_per_s", NULL};
    double *us = (double *)(void *)run->run_us->data;
    gsize count = run->run_us->len;
    double sum_us = 0;

    for (gsize i = 0; i < count; i++) {
        sum_us += us[i];
    }
    busy_doubt(c, times, run->wait_us, sum_us);
    sum_us *= r->scale;
    for (gsize i = 0; i < count; i++) {
        us[i] *= r->scale;
    }
    sy_case_sample(c, "run_us", sy_sample_quantile(us, count, 0.5));
    sy_case_sample(c, "run_p99_us", sy_sample_quantile(us, count, 0.99));
    sy_case_sample(c, "runs_per_s", 1e6 * (double)count / sum_us);
    sy_case_sample(c, "wrong_runs", (double)run->different + (double)(r->runs - count));
}

static bool runs_measure(SyCase *c, GError **error)
{
    const Runs *r = c->state;
    bool processes = strcmp(sy_case_text(c, "way"), "process") == 0;
    g_autoptr(BenchRun) run = processes ? run_processes(c, r, error) : run_bench(c, r, error);

    if (!run) {
        return false;
    }
    take_samples(c, r, run);
    return true;
}

static void runs_teardown(SyCase *c)
{
    Runs *r = c->state;

    if (r) {
        g_free(r->image);
        g_free(r->bench);
        g_free(r->json);
        g_free(r);
    }
}

static const SyParamSpec runs_params[] = {
    {.name = "way",
     .type = SY_PARAM_STRING,
     .value = "process",
     .choices = "process,vm,reused",
     .key = true,
     .summary = "what is new for each run: the process, the VM, or only its memory and registers"},
    {.name = "guest",
     .type = SY_PARAM_STRING,
     .value = "minimal",
     .choices = "minimal,hello,counter,multiplication,fibonacci,matrix",
     .summary = "the guest"},
    {.name = "runs",
     .type = SY_PARAM_INT,
     .value = "300",
     .min = 2,
     .max = 1000000,
     .summary = "runs in a repetition"},
    {0},
};

static const SyMetricSpec runs_metrics[] = {
    {.name = "runs_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "whole runs in a second, one after the other"},
    {.name = "run_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "how long a run takes: median"},
    {.name = "run_p99_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "the 99th percentile of the runs"},
    {.name = "wrong_runs",
     .unit = "runs",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "runs that ended, wrote or exited otherwise than the first, or failed"},
    {0},
};

const SyWorkload sy_workload_minikvm_runs = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.runs",
    .summary = "whole runs of a guest per second, with a process, a VM or a reset for each",
    .groups = "minikvm",
    .faults = (const char *const[]){"vmm-time", NULL},
    .requires = (const char *const[]){"kvm", NULL},
    .params = runs_params,
    .metrics = runs_metrics,
    .setup = runs_setup,
    .measure = runs_measure,
    .teardown = runs_teardown,
};

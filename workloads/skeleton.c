/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload with every hook explained. docs/ADDING-A-WORKLOAD.md says how to make a new one from
 * it. It is compiled and run like any other, so what it says works. It measures how long a nap
 * really takes.
 */
#include "base/clock.h"
#include "run/case.h"

/* The workload's state: setup() makes it, measure() uses it, teardown() frees it. SyCase.state
 * points to it; nothing is global. */
typedef struct {
    int64_t nap_ns;
    int64_t fault_ns; /* --fault nap=+5% */
} Skeleton;

/*
 * setup: once per case. Read the parameters here (the harness has checked them against the table
 * below), start VMs and loads, and wait until they are ready. Logs and sockets go to c->dir, which
 * only the user can enter. If you return false with `error` set, the case becomes an ERROR with
 * that text. teardown() runs even then, so store everything in c->state as soon as it exists.
 */
static bool skeleton_setup(SyCase *c, GError **error)
{
    Skeleton *s = g_new0(Skeleton, 1);

    (void)error;
    c->state = s;
    s->nap_ns = (int64_t)(sy_case_number(c, "nap_ms") * SY_NS_PER_MS);
    /* A fault (run/fault.h) makes what is measured wrong, never what is expected of it. */
    s->fault_ns = (int64_t)((double)s->nap_ns * (sy_faults_scale(c->env->faults, "nap") - 1));
    return true;
}

/*
 * measure: once per repetition; records one sample per metric. The repetition is the unit of
 * statistics: if you have finer samples, record their median. If the host spoiled the repetition,
 * call sy_case_inconclusive() with the evidence. If a metric cannot be measured here, call
 * sy_case_na() with the reason. Every wait must have a limit and end when the user interrupts, as
 * those of base/clock.h and vm/ do.
 */
static bool skeleton_measure(SyCase *c, GError **error)
{
    const Skeleton *s = c->state;
    int64_t start = sy_now_ns();
    int64_t nap_ns;

    if (!sy_sleep_until_ns(start + s->nap_ns + s->fault_ns, error)) {
        return false;
    }
    nap_ns = sy_now_ns() - start;
    if (nap_ns > 10 * s->nap_ns) {
        sy_case_inconclusive(c, "the host was busy: the nap took %.1f ms instead of %.1f ms",
                             (double)nap_ns / SY_NS_PER_MS, (double)s->nap_ns / SY_NS_PER_MS);
    }
    sy_case_sample(c, "oversleep_us", (double)(nap_ns - s->nap_ns) / SY_NS_PER_US);
    return true;
}

/* teardown: once after each setup(), even if that failed half-way. It must not fail, and must leave
 * no process behind. */
static void skeleton_teardown(SyCase *c)
{
    g_free(c->state);
}

/* Parameters, set in a job file; each takes a comma list there. A section without any runs the case
 * of the defaults. Add `.key = true` to a parameter that should stand in every case id. */
static const SyParamSpec skeleton_params[] = {
    {.name = "nap_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "10",
     .min = 1,
     .max = 1000,
     .summary = "length of the nap"},
    {0},
};

/* Metrics in the order of the reports, the most important first. `.gate` is a limit on every
 * repetition: the case is FAIL if one exceeds it. Job files can set gates, too. */
static const SyMetricSpec skeleton_metrics[] = {
    {.name = "oversleep_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "how much longer the nap took"},
    {0},
};

/* The table: everything the harness knows about a workload. `.requires` lists names from
 * host/requirement.c, ending in NULL; a case whose requirement is not met becomes a SKIP with the
 * reason, or runs in the lab. NULL: the workload requires nothing. `.requires_if` lists what only
 * some values of a parameter require. */
const SyWorkload sy_workload_skeleton = {
    .version = SY_WORKLOAD_VERSION,
    .name = "skeleton",
    .summary = "a documented example: how long a nap really takes",
    .groups = "example",
    .faults = (const char *const[]){"nap", NULL},
    .requires = NULL,
    .params = skeleton_params,
    .metrics = skeleton_metrics,
    .setup = skeleton_setup,
    .measure = skeleton_measure,
    .teardown = skeleton_teardown,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload with every hook explained. Copy it to workloads/NAME.c, rename `sy_workload_skeleton`,
 * add the line WORKLOAD(NAME) to workloads.def, and it is in `steelyard list`. It is compiled and
 * run like any other, so what stands here works. It measures how long a nap really takes.
 */
#include "base/clock.h"
#include "run/case.h"

/* What setup() makes, measure() uses and teardown() frees; hangs on SyCase.state. Nothing is
 * global. */
typedef struct {
    int64_t nap_ns;
    int64_t fault_ns; /* --fault nap=+5% */
} Skeleton;

/*
 * setup: once per case. Start VMs and loads here, wait until they are ready, and read the
 * parameters (they have been checked against the table below: no need to check them again). Logs
 * and sockets go to c->dir, which only the user can enter. Return false with `error` set and the
 * case becomes an ERROR with that text; teardown() still runs, so hang everything on c->state as
 * soon as it exists.
 */
static bool skeleton_setup(SyCase *c, GError **error)
{
    Skeleton *s = g_new0(Skeleton, 1);

    (void)error;
    c->state = s;
    s->nap_ns = (int64_t)(sy_case_number(c, "nap_ms") * SY_NS_PER_MS);
    /* A fault (run/fault.h) makes the subject wrong, never the yardstick: the target stays. */
    s->fault_ns = (int64_t)((double)s->nap_ns * (sy_faults_scale(c->env->faults, "nap") - 1));
    return true;
}

/*
 * measure: once per repetition, one sample per metric. The repetition is the unit of statistics:
 * take the median of finer samples here, and let the harness do the rest. If the host spoiled the
 * figure, say so with the evidence (sy_case_inconclusive); if a metric cannot be had, say why
 * (sy_case_na). Waits must be bounded and cancellable: base/clock.h and vm/ have such.
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
        sy_case_inconclusive(
            c, "the host slept through: %" G_GINT64_FORMAT " ns instead of %" G_GINT64_FORMAT,
            nap_ns, s->nap_ns);
    }
    sy_case_sample(c, "oversleep_us", (double)(nap_ns - s->nap_ns) / SY_NS_PER_US);
    return true;
}

/* teardown: once per case, always, even if setup() failed half-way. Must not fail; must leave no
 * process behind. */
static void skeleton_teardown(SyCase *c)
{
    g_free(c->state);
}

/* Parameters of the job file. Each takes a comma list there; the default makes the case that a bare
 * section runs. */
static const SyParamSpec skeleton_params[] = {
    {.name = "nap_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "10",
     .min = 1,
     .max = 1000,
     .summary = "length of the nap"},
    {0},
};

/* Metrics in the order of the reports, headline first. A gate makes the case FAIL when any
 * repetition breaks it. */
static const SyMetricSpec skeleton_metrics[] = {
    {.name = "oversleep_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "how much longer the nap took"},
    {0},
};

/* The table: all that the harness knows of a workload. */
const SyWorkload sy_workload_skeleton = {
    .version = SY_WORKLOAD_VERSION,
    .name = "skeleton",
    .summary = "a documented example: how long a nap really takes",
    .groups = "example",
    .requires = NULL, /* names of host/requirement.h: unmet ones make the case a SKIP that says
                         which and why */
    .params = skeleton_params,
    .metrics = skeleton_metrics,
    .setup = skeleton_setup,
    .measure = skeleton_measure,
    .teardown = skeleton_teardown,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures the harness itself, without a VM: what a reading costs, and how late the measuring
 * thread wakes up. Both bound the precision of every other metric of the run.
 */
#include <unistd.h>

#include "base/clock.h"
#include "host/schedstat.h"
#include "run/case.h"
#include "stats/sample.h"

#define ROUNDS 100

static bool measure_reads(SyCase *c, GError **error)
{
    double cost_us[ROUNDS];
    SySchedstat sched;

    for (int i = 0; i < ROUNDS; i++) {
        int64_t start = sy_now_ns();

        if (!sy_schedstat_read(getpid(), gettid(), &sched, error)) {
            return false;
        }
        cost_us[i] = (double)(sy_now_ns() - start) / SY_NS_PER_US;
    }
    sy_case_sample(c, "read_cost_us", sy_sample_quantile(cost_us, ROUNDS, 0.5));
    return true;
}

static bool measure_wakeups(SyCase *c, GError **error)
{
    double late_us[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        int64_t deadline = sy_now_ns() + 2 * SY_NS_PER_MS;

        if (!sy_sleep_until_ns(deadline, error)) {
            return false;
        }
        late_us[i] = (double)(sy_now_ns() - deadline) / SY_NS_PER_US;
    }
    sy_case_sample(c, "wakeup_late_p50_us", sy_sample_quantile(late_us, ROUNDS, 0.50));
    sy_case_sample(c, "wakeup_late_p99_us", sy_sample_quantile(late_us, ROUNDS, 0.99));
    return true;
}

static bool null_measure(SyCase *c, GError **error)
{
    return measure_reads(c, error) && measure_wakeups(c, error);
}

static const char *const null_requires[] = {"schedstat", NULL};

static const SyMetricSpec null_metrics[] = {
    {.name = "wakeup_late_p99_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "how late the harness wakes from a 2 ms sleep: 99th percentile"},
    {.name = "wakeup_late_p50_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "the same: median"},
    {.name = "read_cost_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "time that one reading of schedstat takes: median"},
    {0},
};

const SyWorkload sy_workload_null = {
    .version = SY_WORKLOAD_VERSION,
    .name = "null",
    .summary = "the harness measures itself: cost of a reading, lateness of a wake-up",
    .groups = "harness",
    .requires = null_requires,
    .metrics = null_metrics,
    .measure = null_measure,
};

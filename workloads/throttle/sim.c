/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle in simulated time: the real token bucket, and the algorithm without carry-over that
 * it replaced, on a host as late and as busy as the parameters say. Nothing of this host is
 * measured, so the results are the same on every host. docs/METHOD.md says what they show.
 */
#include <math.h>

#include "base/clock.h"
#include "run/case.h"
#include "workloads/throttle/simulator.h"

/* An exponential distribution is approximated by this many values; the largest is 5.2 times the
 * mean. */
#define STEPS 64

/* Integral of the quantile function of an exponential distribution with mean 1, from 0 to `p`. */
static double exponential_sum(double p)
{
    return p < 1 ? (1 - p) * log(1 - p) + p : 1;
}

/* Each value is the mean of its part of the distribution, so that the mean of all of them is
 * right. */
static void fill_lateness(int64_t late_ns[STEPS], double mean_ns, bool exponential)
{
    for (int i = 0; i < STEPS; i++) {
        double part = exponential_sum((i + 1.0) / STEPS) - exponential_sum((double)i / STEPS);

        late_ns[i] = llround(exponential ? part * STEPS * mean_ns : mean_ns);
    }
}

/* Upper bound, in ns, of how far the CPU time used in any number of windows can be from the sum of
 * their quotas. */
static double bound_ns(const ThrottleSimInput *in)
{
    const ThrottleSimLateness *late = &in->expiry_late;

    return (double)(in->cfg.quota_ns + in->cfg.burst_ns + late->ns[late->n - 1]);
}

static bool sim_measure(SyCase *c, GError **error)
{
    int64_t period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    int64_t quota_ns = llround((double)period_ns * sy_case_number(c, "ratio_pct") / 100);
    int64_t late_ns[STEPS];
    ThrottleSimInput in = {
        .cfg = throttle_sim_config(quota_ns, period_ns),
        .windows = (uint64_t)sy_case_int(c, "windows"),
        .seed = c->repetition,
        .no_carry = g_str_equal(sy_case_text(c, "carry"), "no"),
        .expiry_late = {late_ns, STEPS},
        .wake_late = {late_ns, STEPS},
        .steal_pct = sy_case_number(c, "host_load_pct"),
        .steal_ns = llround(sy_case_number(c, "host_slice_ms") * SY_NS_PER_MS),
    };
    double target_ns = (double)in.windows * (double)quota_ns;
    ThrottleSimResult r;
    double missing_ns;

    (void)error;
    fill_lateness(late_ns, sy_case_number(c, "lateness_us") * SY_NS_PER_US,
                  g_str_equal(sy_case_text(c, "lateness"), "exponential"));
    r = throttle_sim_run(&in);
    missing_ns = MAX(0, target_ns - (double)r.used_ns);

    sy_case_sample(c, "share_error_pct", r.share_error_pct);
    sy_case_sample(c, "window_error_pct", r.window_error_pct);
    sy_case_sample(c, "starved_pct", 100 * MIN(missing_ns, (double)r.withheld_ns) / target_ns);
    sy_case_sample(c, "missed_periods", (double)r.missed_windows);
    sy_case_sample(c, "drift_periods", (double)r.drift_ns / (double)period_ns);
    sy_case_sample(c, "longest_run_us", (double)r.longest_run_ns / SY_NS_PER_US);
    if (in.no_carry) {
        sy_case_na(c, "bound_pct", "n/a: there is no bound without carry-over");
    } else {
        double off_ns = (double)(r.used_ns + r.forfeited_ns) - target_ns;

        sy_case_sample(c, "bound_pct", 100 * fabs(off_ns) / bound_ns(&in));
    }
    return true;
}

static const SyParamSpec sim_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "10",
     .min = 1,
     .max = 100,
     .key = true,
     .summary = "target share of one CPU: the quota in % of the period"},
    {.name = "period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 1,
     .max = 1000,
     .key = true,
     .summary = "the throttle's period"},
    {.name = "lateness_us",
     .type = SY_PARAM_DOUBLE,
     .value = "40",
     .min = 0,
     .max = 1000000,
     .key = true,
     .summary = "mean lateness of a stop after the quota expired, and of a wake-up at the start of "
                "a period"},
    {.name = "lateness",
     .type = SY_PARAM_STRING,
     .value = "exponential",
     .choices = "constant,exponential",
     .summary = "distribution of both latenesses"},
    {.name = "host_load_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "0",
     .min = 0,
     .max = 99,
     .summary = "part of the time in which the host takes the CPU away, in %"},
    {.name = "host_slice_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "4",
     .min = 0.001,
     .max = 1000,
     .summary = "how long the host takes it away at a time, on average"},
    {.name = "carry",
     .type = SY_PARAM_STRING,
     .value = "yes",
     .choices = "yes,no",
     .key = true,
     .summary = "yes: the throttle's token bucket; no: a throttle that carries neither debt nor "
                "credit over to the next period"},
    {.name = "windows",
     .type = SY_PARAM_INT,
     .value = "1000000",
     .min = 1,
     .max = 100000000,
     .summary = "periods to simulate"},
    {0},
};

static const SyMetricSpec sim_metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "error of the share: 100 * (CPU time used / quotas of all periods - 1)"},
    {.name = "bound_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .gate = 100,
     .summary = "absolute error in % of its upper bound: one quota + one quota of credit + the "
                "largest lateness"},
    {.name = "window_error_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "100 * |CPU time used - quota| / quota of the worst period"},
    {.name = "starved_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "part of the quotas that the host withheld, in %"},
    {.name = "missed_periods",
     .unit = "periods",
     .better = SY_BETTER_LOWER,
     .summary = "periods whose quota was never granted"},
    {.name = "drift_periods",
     .unit = "periods",
     .better = SY_BETTER_TARGET,
     .summary = "how far the throttle's periods moved away from the clock's"},
    {.name = "longest_run_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "most CPU time used between two stops"},
    {0},
};

const SyWorkload sy_workload_throttle_sim = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.sim",
    .summary = "the throttle's token bucket, with and without carry-over, in simulated time",
    .groups = "throttle,simulation",
    .params = sim_params,
    .metrics = sim_metrics,
    .measure = sim_measure,
};

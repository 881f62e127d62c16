/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle period by period, from its own trace events: how far the CPU time of each period is
 * from its quota, how late a vCPU is stopped and released, how long it runs without a stop.
 * docs/METHOD.md says what each metric means.
 */
#include <math.h>

#include "base/clock.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/traced-vm.h"

/* As in limited-vcpu.c. */
#define STARVED_LIMIT_PCT 1.0

/* Names of the metrics that a value of the periods becomes, by percentile. */
static const struct {
    PeriodsMetric metric;
    const char *p50, *p99, *max; /* NULL: not reported */
} metrics[] = {
    {PERIODS_ERROR, "window_error_pct_p50", "window_error_pct", "window_error_pct_max"},
    {PERIODS_LATE, "window_lateness_us_p50", "window_lateness_us", "window_lateness_us_max"},
    {PERIODS_OVERRUN, "overrun_us_p50", "overrun_us", "overrun_us_max"},
    {PERIODS_WAKE_LATE, "wake_lateness_us_p50", "wake_lateness_us", "wake_lateness_us_max"},
    {PERIODS_RUN, NULL, NULL, "longest_run_us"},
};

static bool window_setup(SyCase *c, GError **error)
{
    TracedVm *t = g_new0(TracedVm, 1);

    c->state = t;
    /* The load starts last: earlier it would only slow down the guest's boot. */
    return traced_vm_start(t, c, throttle_trace_all, sy_case_number(c, "ratio_pct"), error) &&
           load_start(c, &t->load, error);
}

/*
 * If steelyard started no load, a lateness that was mostly time in the run queue was caused by
 * another process: the metrics would describe this host, not the throttle.
 */
static void doubt_lateness(SyCase *c, const TracedVm *t, guint vcpu, const TracedSpan *span)
{
    const Periods *p = throttle_trace_periods(t->trace, vcpu);
    double delay_us = (double)span->delay_ns / SY_NS_PER_US, late_us;

    if (t->load || !span->whole) {
        return;
    }
    late_us = periods_spread(p, &span->span, PERIODS_LATE, t->quota_ns).sum +
              periods_spread(p, &span->span, PERIODS_WAKE_LATE, t->quota_ns).sum;
    if (delay_us > late_us / 2) {
        sy_case_inconclusive(c,
                             "disturbed: vCPU %u was late by %.0f us in all and waited in the run "
                             "queue for %.0f us, although steelyard started no load",
                             vcpu, late_us, delay_us);
    }
}

static void sample(SyCase *c, const char *metric, double value)
{
    if (metric) {
        sy_case_sample(c, metric, value);
    }
}

/* With several vCPUs the sample is the worst one's. */
static void record_spread(SyCase *c, const TracedVm *t, const TracedSpan *spans, guint which)
{
    PeriodsSpread worst = {0};

    for (guint i = 0; i < t->vcpus; i++) {
        PeriodsSpread s = {0};

        if (spans[i].whole) {
            s = periods_spread(throttle_trace_periods(t->trace, i), &spans[i].span,
                               metrics[which].metric, t->quota_ns);
        }
        worst.p50 = MAX(worst.p50, s.p50);
        worst.p99 = MAX(worst.p99, s.p99);
        worst.max = MAX(worst.max, s.max);
    }
    sample(c, metrics[which].p50, worst.p50);
    sample(c, metrics[which].p99, worst.p99);
    sample(c, metrics[which].max, worst.max);
}

static void record(SyCase *c, const TracedVm *t, const TracedSpan *spans)
{
    double delay_pct = 0, starved_pct = 0, disagreement_pct = 0, periods = INFINITY;

    for (guint i = 0; i < t->vcpus; i++) {
        double pct = traced_span_disagreement_pct(&spans[i]);

        traced_vm_doubt(c, t, i, &spans[i]);
        doubt_lateness(c, t, i, &spans[i]);
        delay_pct = MAX(delay_pct, 100 * (double)spans[i].delay_ns / (double)spans[i].wall_ns);
        starved_pct = MAX(starved_pct, spans[i].starved_pct);
        disagreement_pct = fabs(pct) > fabs(disagreement_pct) ? pct : disagreement_pct;
        periods = MIN(periods, (double)(spans[i].span.end - spans[i].span.first));
    }
    for (guint i = 0; i < G_N_ELEMENTS(metrics); i++) {
        record_spread(c, t, spans, i);
    }
    sy_case_sample(c, "periods", periods);
    sy_case_sample(c, "run_delay_pct", delay_pct);
    sy_case_sample(c, "starved_pct", starved_pct);
    sy_case_sample(c, "trace_vs_schedstat_pct", disagreement_pct);
}

static bool window_measure(SyCase *c, GError **error)
{
    TracedVm *t = c->state;
    TracedReading begin[TRACED_VCPUS_MAX], end[TRACED_VCPUS_MAX];
    TracedSpan spans[TRACED_VCPUS_MAX] = {0};
    int64_t window_ns = llround(sy_case_number(c, "window_ms") * SY_NS_PER_MS);

    if (!traced_vm_read(t, begin, error) || !sy_sleep_until_ns(sy_now_ns() + window_ns, error) ||
        !traced_vm_read(t, end, error) || !sy_vm_check(t->spin.vm, error)) {
        return spin_vm_explain(&t->spin, error);
    }
    if (traced_vm_stalled(c, t, begin, end)) {
        return true;
    }
    if (!traced_vm_take(t, sy_now_ns(), error) || !sy_vm_check(t->spin.vm, error)) {
        return spin_vm_explain(&t->spin, error);
    }
    for (guint i = 0; i < t->vcpus; i++) {
        spans[i] = traced_vm_span(t, i, &begin[i], &end[i], STARVED_LIMIT_PCT);
    }
    record(c, t, spans);
    return true;
}

static void window_teardown(SyCase *c)
{
    TracedVm *t = c->state;

    traced_vm_stop(t);
    g_free(t);
}

static const char *const window_requires[] = {"kvm", "schedstat", "stress-ng", NULL};

static const SyParamSpec window_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 99.9,
     .key = true,
     .summary = "target share of one CPU: the quota in % of the period"},
    TRACED_PARAM_PERIOD,
    TRACED_PARAM_VCPUS,
    LOAD_PARAM_STRESSOR,
    LOAD_PARAM_WORKERS,
    LOAD_PARAM_CPUS,
    {.name = "window_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "2000",
     .min = 10,
     .max = 3600000,
     .summary = "length of a repetition"},
    SPIN_VM_PARAM_READY,
    {0},
};

#define LOWER(metric, of, text)                                                                    \
    {                                                                                              \
        .name = metric, .unit = of, .better = SY_BETTER_LOWER, .timed = true, .summary = text      \
    }

static const SyMetricSpec window_metrics[] = {
    STALL_METRIC_SPEC,
    LOWER("window_error_pct", "%",
          "100 * |CPU time used - quota| / quota of a period: 99th percentile"),
    LOWER("window_error_pct_p50", "%", "the same: median"),
    LOWER("window_error_pct_max", "%", "the same: worst period"),
    LOWER("window_lateness_us", "us",
          "time from when the quota's timer was due until the vCPU stopped: 99th percentile"),
    LOWER("window_lateness_us_p50", "us", "the same: median"),
    LOWER("window_lateness_us_max", "us", "the same: largest"),
    LOWER("overrun_us", "us",
          "CPU time used beyond the quota when the vCPU stopped: 99th percentile"),
    LOWER("overrun_us_p50", "us", "the same: median"),
    LOWER("overrun_us_max", "us", "the same: largest"),
    LOWER("wake_lateness_us", "us",
          "time from the start of a period until the vCPU ran again: 99th percentile"),
    LOWER("wake_lateness_us_p50", "us", "the same: median"),
    LOWER("wake_lateness_us_max", "us", "the same: largest"),
    LOWER("longest_run_us", "us", "longest wall time that a vCPU ran without being stopped"),
    {.name = "periods",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "whole periods measured, of the vCPU with the fewest"},
    LOWER("run_delay_pct", "%", "time in the run queue, runnable without a CPU, in % of wall time"),
    LOWER("starved_pct", "%",
          "part of the target that the host withheld, in %; 0 unless the vCPU was starved"),
    {.name = "trace_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "how far the CPU time that the trace shows is from schedstat's run time"},
    {0},
};

const SyWorkload sy_workload_throttle_window = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.window",
    .summary =
        "error, lateness and longest run of each of the throttle's periods, from its trace events",
    .groups = "throttle",
    .faults = throttle_faults,
    .requires = window_requires,
    .params = window_params,
    .metrics = window_metrics,
    .setup = window_setup,
    .measure = window_measure,
    .teardown = window_teardown,
};

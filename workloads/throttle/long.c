/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle over a long time, every period accounted for: is the share exact, was a boundary
 * missed, does the grid of periods keep its place? docs/METHOD.md says what each metric means.
 */
#include <math.h>

#include "base/clock.h"
#include "host/steal.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/traced-vm.h"
#include "workloads/throttle/withheld.h"

#define SHARE_GATE_PCT 0.05

/* Intervals at which the run delay is read, the trace is read, and the case reports that it is
 * alive. */
#define MARK_NS (100 * SY_NS_PER_MS)
#define TAKE_NS SY_NS_PER_S
#define ALIVE_NS (5 * SY_NS_PER_S)

typedef struct {
    TracedVm vm;
    GArray *marks[TRACED_VCPUS_MAX]; /* WithheldMark */
    int64_t gap_ns;                  /* total lateness of the harness's own sleeps */
} Long;

static bool long_setup(SyCase *c, GError **error)
{
    Long *l = g_new0(Long, 1);

    c->state = l;
    for (guint i = 0; i < TRACED_VCPUS_MAX; i++) {
        l->marks[i] = g_array_new(FALSE, FALSE, sizeof(WithheldMark));
    }
    return traced_vm_start(&l->vm, c, throttle_trace_few, sy_case_number(c, "ratio_pct"), error) &&
           load_start(c, &l->vm.load, error);
}

static bool take_marks(Long *l, GError **error)
{
    WithheldMark mark = {.gap_ns = l->gap_ns};

    if (!sy_steal_read(&mark.steal_ns, error)) {
        return false;
    }
    for (guint i = 0; i < l->vm.vcpus; i++) {
        SySchedstat sched;

        if (!sy_schedstat_read(sy_vm_pid(l->vm.spin.vm), traced_vm_thread(&l->vm, i), &sched,
                               error)) {
            return false;
        }
        mark.delay_ns = (int64_t)sched.delay_ns;
        mark.when_ns = sy_now_ns();
        g_array_append_val(l->marks[i], mark);
    }
    return true;
}

/* Sleeps for half a period, so that a host that stalls for a whole one is noticed. */
static bool nap(Long *l, int64_t end_ns, GError **error)
{
    int64_t target_ns = MIN(sy_now_ns() + l->vm.period_ns / 2, end_ns);

    if (!sy_sleep_until_ns(target_ns, error)) {
        return false;
    }
    l->gap_ns += MAX(sy_now_ns() - target_ns, 0);
    return true;
}

/* Watches until `end_ns`; reads the trace as it grows. */
static bool watch(SyCase *c, Long *l, int64_t end_ns, GError **error)
{
    int64_t now_ns = sy_now_ns(), mark_ns = now_ns, take_ns = now_ns, alive_ns = now_ns + ALIVE_NS;

    for (; now_ns < end_ns; now_ns = sy_now_ns()) {
        if (now_ns >= mark_ns) {
            if (!take_marks(l, error)) {
                return false;
            }
            mark_ns += MARK_NS;
        }
        if (now_ns >= take_ns) {
            if (!throttle_trace_take(l->vm.trace, error)) {
                return false;
            }
            take_ns += TAKE_NS;
        }
        if (now_ns >= alive_ns) {
            sy_case_alive(c);
            alive_ns += ALIVE_NS;
        }
        if (!nap(l, end_ns, error)) {
            return false;
        }
    }
    return true;
}

/* What is reported: of each metric the worst vCPU's value. */
typedef struct {
    double share_error_pct, drift, unaccounted, error_pct, late_us, wake_late_us, run_us;
    double delay_pct, starved_pct, disagreement_pct, periods, split, missed, starved;
} Worst;

static double farther(double a, double b)
{
    return fabs(a) > fabs(b) ? a : b;
}

static void add_periods(Worst *w, const Long *l, guint vcpu, const TracedSpan *s)
{
    const Periods *p = throttle_trace_periods(l->vm.trace, vcpu);
    int64_t quota_ns = l->vm.quota_ns;
    guint n = s->span.end - s->span.first;

    if (s->whole) {
        w->unaccounted =
            MAX(w->unaccounted, fabs((double)periods_by_clock(p, &s->span) - (double)n));
        w->error_pct = MAX(w->error_pct, periods_spread(p, &s->span, PERIODS_ERROR, quota_ns).p99);
        w->late_us = MAX(w->late_us, periods_spread(p, &s->span, PERIODS_LATE, quota_ns).p99);
        w->wake_late_us =
            MAX(w->wake_late_us, periods_spread(p, &s->span, PERIODS_WAKE_LATE, quota_ns).p99);
        w->run_us = MAX(w->run_us, periods_spread(p, &s->span, PERIODS_RUN, quota_ns).max);
        w->split += periods_split(p, &s->span);
    }
    w->periods = MIN(w->periods, n);
    w->drift = MAX(w->drift, periods_drift(p));
}

static void add_vcpu(Worst *w, const Long *l, guint vcpu, const TracedReading *begin,
                     const TracedReading *end, const TracedSpan *s)
{
    double target = (double)l->vm.quota_ns / (double)l->vm.period_ns;
    WithheldCount count = withheld_count(periods_misses(throttle_trace_periods(l->vm.trace, vcpu)),
                                         l->marks[vcpu], begin->when_ns, end->when_ns);

    add_periods(w, l, vcpu, s);
    w->missed += (double)count.missed;
    w->starved += (double)count.starved;
    w->share_error_pct = farther(w->share_error_pct, 100 * (s->share / target - 1));
    w->delay_pct = MAX(w->delay_pct, 100 * (double)s->delay_ns / (double)s->wall_ns);
    w->starved_pct = MAX(w->starved_pct, s->starved_pct);
    w->disagreement_pct = farther(w->disagreement_pct, traced_span_disagreement_pct(s));
}

static void record(SyCase *c, const Long *l, const Worst *w)
{
    sy_case_sample(c, "missed_periods", w->missed);
    sy_case_sample(c, "drift_periods", w->drift);
    sy_case_sample(c, "share_error_pct", w->share_error_pct);
    sy_case_sample(c, "unaccounted_periods", w->unaccounted);
    sy_case_sample(c, "periods", w->periods);
    sy_case_sample(c, "starved_periods", w->starved);
    sy_case_sample(c, "split_periods", w->split);
    sy_case_sample(c, "window_error_pct", w->error_pct);
    sy_case_sample(c, "window_lateness_us", w->late_us);
    sy_case_sample(c, "wake_lateness_us", w->wake_late_us);
    sy_case_sample(c, "longest_run_us", w->run_us);
    sy_case_sample(c, "run_delay_pct", w->delay_pct);
    sy_case_sample(c, "starved_pct", w->starved_pct);
    sy_case_sample(c, "trace_vs_schedstat_pct", w->disagreement_pct);
    sy_case_sample(c, "trace_bytes", (double)throttle_trace_bytes(l->vm.trace));
}

static bool long_measure(SyCase *c, GError **error)
{
    Long *l = c->state;
    TracedReading begin[TRACED_VCPUS_MAX], end[TRACED_VCPUS_MAX];
    int64_t duration_ns = llround(sy_case_number(c, "duration_s") * SY_NS_PER_S);
    Worst worst = {.periods = INFINITY};

    if (!take_marks(l, error) || !traced_vm_read(&l->vm, begin, error) ||
        !watch(c, l, sy_now_ns() + duration_ns, error) || !traced_vm_read(&l->vm, end, error) ||
        !sy_vm_check(l->vm.spin.vm, error)) {
        return spin_vm_explain(&l->vm.spin, error);
    }
    if (traced_vm_stalled(c, &l->vm, begin, end)) {
        return true;
    }
    if (!traced_vm_take(&l->vm, sy_now_ns(), error) || !take_marks(l, error) ||
        !sy_vm_check(l->vm.spin.vm, error)) {
        return spin_vm_explain(&l->vm.spin, error);
    }
    for (guint i = 0; i < l->vm.vcpus; i++) {
        TracedSpan s = traced_vm_span(&l->vm, i, &begin[i], &end[i], SHARE_GATE_PCT);

        traced_vm_doubt(c, &l->vm, i, &s);
        add_vcpu(&worst, l, i, &begin[i], &end[i], &s);
    }
    record(c, l, &worst);
    return true;
}

static void long_teardown(SyCase *c)
{
    Long *l = c->state;

    traced_vm_stop(&l->vm);
    for (guint i = 0; i < TRACED_VCPUS_MAX; i++) {
        g_array_unref(l->marks[i]);
    }
    g_free(l);
}

static const char *const long_requires[] = {"kvm", "schedstat", "stress-ng", NULL};

static const SyParamSpec long_params[] = {
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
    {.name = "duration_s",
     .type = SY_PARAM_DOUBLE,
     .value = "90",
     .min = 1,
     .max = 86400,
     .key = true,
     .summary = "length of a repetition"},
    SPIN_VM_PARAM_READY,
    {0},
};

#define LOWER(metric, of, text)                                                                    \
    {                                                                                              \
        .name = metric, .unit = of, .better = SY_BETTER_LOWER, .summary = text                     \
    }

/* Counts are gated between none and one: 0.5. */
static const SyMetricSpec long_metrics[] = {
    {.name = "missed_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .timed = true,
     .summary = "period boundaries that the throttle overlooked although the host let the vCPU "
                "run; of all vCPUs"},
    {.name = "drift_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .timed = true,
     .summary =
         "largest difference between the number of periods counted and the number by the clock"},
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = SHARE_GATE_PCT,
     .timed = true,
     .summary = "error of the worst vCPU's share: 100 * (share / target - 1) over all whole "
                "periods, by schedstat"},
    STALL_METRIC_SPEC,
    {.name = "unaccounted_periods",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "periods that the trace lacks, or has in excess, compared with the clock"},
    {.name = "periods",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "whole periods measured, of the vCPU with the fewest"},
    LOWER("starved_periods", "1", "period boundaries that passed while the host withheld the CPU"),
    LOWER("split_periods", "1",
          "periods whose CPU time is interpolated, because the vCPU ran across a boundary"),
    LOWER("window_error_pct", "%",
          "100 * |CPU time used - quota| / quota of a period: 99th percentile"),
    LOWER("window_lateness_us", "us",
          "time from when the quota's timer was due until the vCPU stopped: 99th percentile"),
    LOWER("wake_lateness_us", "us",
          "time from the start of a period until the vCPU ran again: 99th percentile"),
    LOWER("longest_run_us", "us", "longest wall time that a vCPU ran without being stopped"),
    LOWER("run_delay_pct", "%", "time in the run queue, runnable without a CPU, in % of wall time"),
    LOWER("starved_pct", "%",
          "part of the target that the host withheld, in %; 0 unless the vCPU was starved"),
    {.name = "trace_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "how far the CPU time that the trace shows is from schedstat's run time"},
    LOWER("trace_bytes", "B", "size of QEMU's trace file"),
    {0},
};

const SyWorkload sy_workload_throttle_long = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.long",
    .summary = "the throttle over a long time: share, missed periods and drift, every period "
               "accounted for",
    .groups = "throttle",
    .faults = throttle_faults,
    .requires = long_requires,
    .params = long_params,
    .metrics = long_metrics,
    .setup = long_setup,
    .measure = long_measure,
    .teardown = long_teardown,
};

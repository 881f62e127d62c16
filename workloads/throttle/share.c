/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a throttled vCPU get the CPU share it was given? A guest that always wants to run is limited
 * to quota/period; its threads' CPU time over whole periods is compared with that. docs/METHOD.md
 * says what each metric means.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "host/contention.h"
#include "host/steal.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/share-metrics.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/switch-offset.h"
#include "workloads/throttle/third-watch.h"
#include "workloads/throttle/vcpu-window.h"

#define RATIO_MIN_PCT 0.1

/* Periods that pass between setting the throttle and the first window. */
#define SETTLE_PERIODS 3
/* Periods without a QMP command before a window. */
#define QUIET_PERIODS 2
/* Least time between setting two vCPUs whose periods are spread: the QMP commands take time. */
#define SPREAD_PAUSE_NS (20 * SY_NS_PER_MS)

typedef struct {
    SpinVm spin;
    SyContention *load;
    SyPerf *perf[SHARE_VCPUS_MAX];
    int64_t quota_ns[SHARE_VCPUS_MAX]; /* the targets */
    int64_t period_ns;
    int64_t periods; /* length of a window in periods */
    guint vcpus;
} Share;

static bool open_counters(Share *s, GError **error)
{
    for (guint i = 0; i < s->vcpus; i++) {
        s->perf[i] = sy_perf_open(g_array_index(s->spin.vcpus, SyVcpu, i).thread_id, error);
        if (!s->perf[i]) {
            return false;
        }
    }
    return true;
}

static int cpu_index(const Share *s, guint vcpu)
{
    return g_array_index(s->spin.vcpus, SyVcpu, vcpu).cpu_index;
}

/* The target of vCPU i is i steps smaller than that of the first. */
static bool take_targets(Share *s, const SyCase *c, GError **error)
{
    double ratio_pct = sy_case_number(c, "ratio_pct"),
           step_pct = sy_case_number(c, "ratio_step_pct");
    double last_pct = ratio_pct - step_pct * (s->vcpus - 1);

    if (last_pct < RATIO_MIN_PCT) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "ratio_pct=%g minus %u times ratio_step_pct=%g leaves vCPU %u a ratio of %g "
                    "%%; the minimum is %g %%",
                    ratio_pct, s->vcpus - 1, step_pct, s->vcpus - 1, last_pct, RATIO_MIN_PCT);
        return false;
    }
    for (guint i = 0; i < s->vcpus; i++) {
        s->quota_ns[i] = llround((double)s->period_ns * (ratio_pct - step_pct * i) / 100);
    }
    return true;
}

/*
 * Periods start when a limit is set. One command for all vCPUs makes them start together; set one
 * after the other, they are spread over the period.
 */
static bool set_limits(const Share *s, const SyCase *c, GError **error)
{
    double scale = sy_faults_scale(c->env->faults, "quota");
    bool spread = strcmp(sy_case_text(c, "phase"), "spread") == 0;
    bool alike = sy_case_number(c, "ratio_step_pct") == 0;
    int64_t whole_ns = (SPREAD_PAUSE_NS / s->period_ns + 1) * s->period_ns, begin_ns = sy_now_ns();

    for (guint i = 0; i < s->vcpus; i++) {
        int64_t quota_ns = CLAMP(llround((double)s->quota_ns[i] * scale), 1, s->period_ns);

        if (alike && !spread) {
            return throttle_set(s->spin.vm, quota_ns, s->period_ns, error);
        }
        if (spread &&
            !sy_sleep_until_ns(begin_ns + i * (whole_ns + s->period_ns / s->vcpus), error)) {
            return false;
        }
        if (!throttle_set_one(s->spin.vm, cpu_index(s, i), quota_ns, s->period_ns, error)) {
            return false;
        }
    }
    return true;
}

static bool share_setup(SyCase *c, GError **error)
{
    Share *s = g_new0(Share, 1);
    const char *pin = sy_case_text(c, "pin");

    c->state = s;
    s->vcpus = (guint)sy_case_int(c, "vcpus");
    s->period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    s->periods =
        MAX(1, (int64_t)ceil(sy_case_number(c, "window_ms") * SY_NS_PER_MS / (double)s->period_ns));

    /* The load starts last: earlier it would only slow down the guest's boot. */
    return take_targets(s, c, error) &&
           throttle_vm_start(&s->spin, c, s->vcpus, strcmp(pin, "none") == 0 ? NULL : pin, error) &&
           sy_vm_has_command(s->spin.vm, "kvm-throttle-set", error) && open_counters(s, error) &&
           set_limits(s, c, error) && load_start(c, &s->load, error) &&
           sy_sleep_until_ns(sy_now_ns() + SETTLE_PERIODS * s->period_ns, error);
}

/* The difference between the witnesses per sleep, here and now, measured on the first vCPU's
 * twin. */
static bool take_offset(const Share *s, SwitchOffset *offset, GError **error)
{
    *offset = SWITCH_OFFSET_UNKNOWN;
    return s->quota_ns[0] == s->period_ns ||
           switch_offset_measure_throttled(g_array_index(s->spin.vcpus, SyVcpu, 0).thread_id,
                                           s->quota_ns[0], s->period_ns, offset, error);
}

/* Measures the windows of all vCPUs at the same time, each in its own phase. */
static bool take_windows(const Share *s, VcpuShare *v, GError **error)
{
    VcpuWindow windows[SHARE_VCPUS_MAX];

    /* After QMP commands a vCPU may sleep waiting for QEMU's big lock, not because its quota is
     * used up: let that pass. */
    if (!sy_sleep_until_ns(sy_now_ns() + QUIET_PERIODS * s->period_ns, error)) {
        return false;
    }
    for (guint i = 0; i < s->vcpus; i++) {
        windows[i] = (VcpuWindow){
            .pid = sy_vm_pid(s->spin.vm),
            .tid = g_array_index(s->spin.vcpus, SyVcpu, i).thread_id,
            .perf = s->perf[i],
            .period_ns = s->period_ns,
            .quota_ns = s->quota_ns[i],
        };
        if (!vcpu_window_begin(&windows[i], error)) {
            return false;
        }
    }
    for (guint i = 0; i < s->vcpus; i++) {
        if (!vcpu_window_end(&windows[i], s->periods, &v[i], error)) {
            return false;
        }
    }
    return true;
}

static void call_third(const Share *s, const SyCase *c, ThirdWatch *third)
{
    pid_t tids[SHARE_VCPUS_MAX];

    for (guint i = 0; i < s->vcpus; i++) {
        tids[i] = g_array_index(s->spin.vcpus, SyVcpu, i).thread_id;
    }
    third_watch_begin(third, c, tids, s->vcpus);
}

/* What it saw of each vCPU in its window; the texts belong to `third`. */
static void hear_third(const Share *s, ThirdWatch *third, ShareRepetition *r)
{
    third_watch_end(third);
    r->third_called = third->called;
    for (guint i = 0; i < s->vcpus; i++) {
        r->missing[i] = third_watch_read(third, g_array_index(s->spin.vcpus, SyVcpu, i).thread_id,
                                         r->window[i].from_ns, r->window[i].to_ns, &r->on_cpu[i]);
    }
}

static bool read_counts(Share *s, ShareCounts *out, GError **error)
{
    out->when_ns = sy_now_ns();
    out->competitor_ns = s->load ? sy_contention_cpu_ns(s->load) : 0;
    if (!sy_steal_read(&out->steal_ns, error)) {
        return false;
    }
    for (guint i = 0; i < s->vcpus; i++) {
        if (!throttle_query(s->spin.vm, cpu_index(s, i), &out->throttle[i], error)) {
            return false;
        }
    }
    return spin_vm_counts(&s->spin, out->work, error);
}

static bool share_measure(SyCase *c, GError **error)
{
    Share *s = c->state;
    g_auto(ThirdWatch) third = {0};
    ShareRepetition r = {
        .vcpus = s->vcpus,
        .period_ns = s->period_ns,
        .gate_pct = sy_case_limit(c, "share_error_pct"),
        .load = s->load ? sy_contention_describe(s->load) : NULL,
    };

    memcpy(r.quota_ns, s->quota_ns, sizeof(r.quota_ns));
    if (!take_offset(s, &r.offset, error) || !read_counts(s, &r.before, error)) {
        return spin_vm_explain(&s->spin, error);
    }
    call_third(s, c, &third);
    if (!take_windows(s, r.window, error) || !read_counts(s, &r.after, error) ||
        !sy_vm_check(s->spin.vm, error)) {
        return spin_vm_explain(&s->spin, error);
    }
    hear_third(s, &third, &r);
    r.load_died = s->load && !sy_contention_alive(s->load);
    share_metrics_record(c, &r);
    return true;
}

static void share_teardown(SyCase *c)
{
    Share *s = c->state;

    sy_contention_stop(s->load, NULL);
    for (guint i = 0; i < s->vcpus; i++) {
        sy_perf_free(s->perf[i]);
    }
    spin_vm_stop(&s->spin);
    g_free(s);
}

static const char *const share_requires[] = {"kvm", "perf-sw", "schedstat", "stress-ng", NULL};

static const SyParamSpec share_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = RATIO_MIN_PCT,
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
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = SHARE_VCPUS_MAX,
     .summary = "number of vCPUs; each gets that share of a CPU"},
    {.name = "ratio_step_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "0",
     .min = 0,
     .max = 100,
     .summary = "how much smaller each vCPU's target is than the target of the vCPU before it"},
    {.name = "phase",
     .type = SY_PARAM_STRING,
     .value = "together",
     .choices = "together,spread",
     .summary = "whether the vCPUs' periods start together or spread over a period"},
    LOAD_PARAM_STRESSOR,
    LOAD_PARAM_WORKERS,
    LOAD_PARAM_CPUS,
    {.name = "pin",
     .type = SY_PARAM_STRING,
     .value = "none",
     .summary = "QEMU's CPUs, a range such as 0-1; none: any"},
    {.name = "window_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "2000",
     .min = 10,
     .max = 3600000,
     .summary = "length of a repetition, rounded up to whole periods"},
    SPIN_VM_PARAM_READY,
    {0},
};

static const SyMetricSpec share_metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = 5,
     .timed = true,
     .summary = "error of the worst vCPU's share: 100 * (share / target - 1); share is schedstat's "
                "run time over wall time"},
    STALL_METRIC_SPEC,
    {.name = "share_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "share of one CPU that this vCPU got"},
    {.name = "expected_share_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "share that this vCPU should have got: its target, or what the scheduler offered "
                "if that is less"},
    {.name = "offered_pct",
     .unit = "%",
     .better = SY_BETTER_HIGHER,
     .summary = "what the scheduler offered: run time in % of the time in which the vCPU wanted to "
                "run; the smallest of all vCPUs"},
    {.name = "run_delay_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "time in the run queue, runnable without a CPU, in % of wall time; the largest of "
                "all vCPUs"},
    {.name = "starved_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "part of the target that the host withheld, in %; beyond 0.5 and half of the gate "
                "the case is INCONCLUSIVE"},
    {.name = "competitor_cpu_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "CPU time that the load took, in % of one CPU"},
    {.name = "steal_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time that a hypervisor took from this host (steal), in % of all its CPUs"},
    {.name = "perf_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary =
         "how far perf's task clock, corrected by the switch offset, is from schedstat's run time; "
         "beyond 0.2 the on-CPU intervals decide, or the case is INCONCLUSIVE, unless both are on "
         "the same side of the gate and at most half of it apart"},
    {.name = "perf_vs_schedstat_raw_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "the same without that correction"},
    {.name = "switch_offset_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time per sleep and wake-up that schedstat counts and perf does not; 0: not "
                "known well enough, no correction"},
    {.name = "kicks_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the quota expired, per period"},
    {.name = "work_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "iterations of the guest's loop per CPU second"},
    {.name = "guest_cycles_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "CPU cycles in guest mode per CPU second"},
    {.name = "host_cycles_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_LOWER,
     .summary = "CPU cycles in host mode per CPU second"},
    {.name = "guest_instructions_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "instructions in guest mode per CPU second"},
    {.name = "host_instructions_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_LOWER,
     .summary = "instructions in host mode per CPU second"},
    {0},
};

const SyWorkload sy_workload_throttle_share = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.share",
    .summary = "whether throttled vCPUs get the CPU share that they were given",
    .groups = "throttle",
    .faults = throttle_faults,
    .prefers = third_witness_prefers,
    .requires = share_requires,
    .params = share_params,
    .metrics = share_metrics,
    .setup = share_setup,
    .measure = share_measure,
    .teardown = share_teardown,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle compared with other limiters of a vCPU: the same guest, quota, period, windows and
 * measurement for each. The cases of one row run one after the other. docs/METHOD.md says what each
 * metric means.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/lateness.h"
#include "workloads/throttle/limited-vcpu.h"
#include "workloads/throttle/limiter.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/simulator.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/third-watch.h"

/* Time from the start of the limiter to the first window: cpulimit works in slots of 100 ms. */
#define SETTLE_PERIODS 3
#define SETTLE_NS (1 * SY_NS_PER_S)

typedef struct {
    SpinVm spin;
    SyContention *load;
    SyPerf *perf;
    Limiter limiter;
    int64_t quota_ns, period_ns, windows;
} Peers;

static const SyVcpu *vcpu(const Peers *p)
{
    return &g_array_index(p->spin.vcpus, SyVcpu, 0);
}

static bool peers_setup(SyCase *c, GError **error)
{
    Peers *p = g_new0(Peers, 1);

    c->state = p;
    p->period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    p->quota_ns = llround((double)p->period_ns * sy_case_number(c, "ratio_pct") / 100);
    p->windows = sy_case_int(c, "windows");
    if (!throttle_vm_start(&p->spin, c, 1, NULL, error)) {
        return false;
    }
    p->perf = sy_perf_open(vcpu(p)->thread_id, error);
    return p->perf &&
           limiter_start(&p->limiter, sy_case_text(c, "limiter"), p->spin.vm, vcpu(p), p->quota_ns,
                         p->period_ns, c->dir, error) &&
           load_start(c, &p->load, error) &&
           sy_sleep_until_ns(sy_now_ns() + MAX(SETTLE_NS, SETTLE_PERIODS * p->period_ns), error);
}

static void record_use(SyCase *c, const WindowUse *use)
{
    sy_case_sample(c, "window_error_pct", use->error_p99_pct);
    sy_case_sample(c, "window_error_median_pct", use->error_median_pct);
    sy_case_sample(c, "window_lateness_us", use->overrun_p99_ns / SY_NS_PER_US);
    sy_case_sample(c, "longest_overrun_us", use->overrun_max_ns / SY_NS_PER_US);
    sy_case_sample(c, "longest_run_us", use->longest_run_ns / SY_NS_PER_US);
}

/* Without run time there is no ratio, and the error is as large as can be; the repetition is
 * inconclusive by now. */
static double finite_pct(double pct)
{
    return isfinite(pct) ? pct : -100;
}

static void record(SyCase *c, const Peers *p, const LimitedVcpuResult *r)
{
    sy_case_sample(c, "share_error_pct", r->error_pct);
    record_use(c, &r->sampling.use);
    sy_case_sample(c, "work_per_cpu_s", r->work_per_cpu_s);
    sy_case_sample(c, "starved_pct", r->starved_pct);
    sy_case_sample(c, "run_delay_pct", r->delay_pct);
    sy_case_sample(c, "yardstick_us", r->sampling.use.doubt_p99_ns / SY_NS_PER_US);
    sy_case_sample(c, "perf_vs_schedstat_pct", finite_pct(r->witnesses.pct));
    if (p->limiter.cgroup && r->stat.periods > 0) {
        sy_case_sample(c, "cgroup_throttled_per_period",
                       (double)r->stat.throttled / (double)r->stat.periods);
    } else {
        sy_case_na(c, "cgroup_throttled_per_period", "n/a: no control group limits the vCPU");
    }
}

/* ----------------------------------------------------------------------------------- simulation */

static ThrottleSimLateness as_lateness(const GArray *ns)
{
    return (ThrottleSimLateness){.ns = (const int64_t *)(gconstpointer)ns->data, .n = ns->len};
}

/*
 * The throttle's first design, without carry-over, was never built. What it would do here is
 * simulated from how late this host is with quota expiries and wake-ups, measured in this case with
 * the same quota and period.
 */
static bool simulate(SyCase *c, Peers *p, Lateness *late, GError **error)
{
    static const char *const not_simulated[] = {
        "work_per_cpu_s", "starved_pct",           "run_delay_pct",
        "yardstick_us",   "perf_vs_schedstat_pct", "cgroup_throttled_per_period",
    };
    g_autofree int64_t *used_ns = g_new0(int64_t, p->windows);
    g_autofree double *use_ns = g_new0(double, p->windows);
    ThrottleSimInput input = {.cfg = throttle_sim_config(p->quota_ns, p->period_ns),
                              .windows = (uint64_t)p->windows,
                              .seed = c->repetition,
                              .no_carry = true,
                              .window_used_ns = used_ns};
    ThrottleSimResult result;
    WindowUse use;

    if (!lateness_measure(p->spin.vm, p->windows * p->period_ns, late, error) ||
        !sy_vm_check(p->spin.vm, error)) {
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(not_simulated); i++) {
        sy_case_na(c, not_simulated[i], "n/a: this limiter is simulated, not measured");
    }
    if (late->expiry_ns->len < p->windows / 2 || late->wake_ns->len < p->windows / 2) {
        sy_case_inconclusive(c,
                             "too few latenesses to simulate with: the quota expired only %u times "
                             "in %" G_GINT64_FORMAT " periods (load: %s)",
                             late->expiry_ns->len, p->windows,
                             p->load ? sy_contention_describe(p->load)
                                     : "none started by steelyard");
        return true;
    }
    input.expiry_late = as_lateness(late->expiry_ns);
    input.wake_late = as_lateness(late->wake_ns);
    result = throttle_sim_run(&input);
    for (int64_t i = 0; i < p->windows; i++) {
        use_ns[i] = (double)used_ns[i];
    }
    window_use_summarize(use_ns, NULL, (size_t)p->windows, p->quota_ns, &use);
    use.longest_run_ns = (double)result.longest_run_ns;
    sy_case_sample(c, "share_error_pct", result.share_error_pct);
    sy_case_sample(c, STALL_METRIC,
                   0); /* the vCPU ran under the throttle, or it had no latenesses */
    record_use(c, &use);
    return true;
}

static bool measure_simulated(SyCase *c, Peers *p, GError **error)
{
    Lateness late = {0};
    bool done = simulate(c, p, &late, error);

    lateness_clear(&late);
    return done;
}

static bool measure_limiter(SyCase *c, Peers *p, GError **error)
{
    const LimitedVcpu limited = {.spin = &p->spin,
                                 .perf = p->perf,
                                 .load = p->load,
                                 .cgroup = p->limiter.cgroup,
                                 .quota_ns = p->quota_ns,
                                 .period_ns = p->period_ns,
                                 .windows = p->windows};
    g_auto(LimitedVcpuResult) r = {0};

    if (!limited_vcpu_measure(c, &limited, &r, error) || !limiter_check(&p->limiter, error) ||
        !sy_vm_check(p->spin.vm, error)) {
        return false;
    }
    limited_vcpu_judge(c, &limited, &r);
    record(c, p, &r);
    return true;
}

static bool peers_measure(SyCase *c, GError **error)
{
    Peers *p = c->state;
    bool simulated = strcmp(p->limiter.name, LIMITER_NO_CARRY_SIM) == 0;

    return (simulated ? measure_simulated(c, p, error) : measure_limiter(c, p, error)) ||
           spin_vm_explain(&p->spin, error);
}

static void peers_teardown(SyCase *c)
{
    Peers *p = c->state;

    sy_contention_stop(p->load, NULL);
    limiter_stop(&p->limiter);
    sy_perf_free(p->perf);
    spin_vm_stop(&p->spin);
    g_free(p);
}

static const char *const peers_requires[] = {"kvm", "perf-sw", "schedstat", "stress-ng", NULL};

static const SyRequiresIf peers_requires_if[] = {
    {"limiter", LIMITER_CGROUP, "cgroup"},
    {"limiter", LIMITER_CPULIMIT, "cpulimit"},
    {0},
};

static const SyParamSpec peers_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 99,
     .key = true,
     .summary = "target share of one CPU: the quota in % of the period"},
    {.name = "period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 1,
     .max = 1000,
     .key = true,
     .summary = "the limiter's period"},
    LOAD_PARAM_STRESSOR,
    LOAD_PARAM_WORKERS,
    LOAD_PARAM_CPUS,
    {.name = "windows",
     .type = SY_PARAM_INT,
     .value = "50",
     .min = 5,
     .max = 100000,
     .summary = "periods per repetition"},
    SPIN_VM_PARAM_READY,
    /* The last parameter, so that cases to be compared run one after the other. */
    {.name = "limiter",
     .type = SY_PARAM_STRING,
     .value = LIMITER_KVM_THROTTLE,
     .choices = LIMITER_CHOICES,
     .key = true,
     .summary = "what limits the vCPU; no-carry-sim: a throttle without carry-over, simulated with "
                "the latenesses of this host"},
    {0},
};

static const SyMetricSpec peers_metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .timed = true,
     .summary =
         "error of the vCPU's share: 100 * (share / target - 1) over whole periods, by schedstat"},
    STALL_METRIC_SPEC,
    {.name = "window_error_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "100 * |CPU time used - quota| / quota in windows of one period, less what is "
                "uncertain (yardstick_us): 99th percentile"},
    {.name = "window_error_median_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "the same: median"},
    {.name = "window_lateness_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time used beyond the quota in a window: 99th percentile"},
    {.name = "longest_overrun_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time used beyond the quota in a window: largest"},
    {.name = "longest_run_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "most CPU time used without a pause, known to a tenth of a period"},
    {.name = "work_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "iterations of the guest's loop per CPU second"},
    {.name = "starved_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "part of the target that the host withheld, in %; 0 unless the vCPU was starved"},
    {.name = "run_delay_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "time in the run queue in % of wall time, without what the control group withheld"},
    {.name = "yardstick_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "uncertainty of the CPU time used in a window: +- this, 99th percentile; beyond 5 "
                "% of the quota the case is INCONCLUSIVE"},
    {.name = "perf_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "how far perf's task clock is from schedstat's run time; beyond 0.2 the "
                "on-CPU intervals decide, or the case is INCONCLUSIVE"},
    {.name = "cgroup_throttled_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the control group's quota ran out, per period, from its cpu.stat"},
    {0},
};

const SyWorkload sy_workload_throttle_peers = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.peers",
    .summary =
        "the throttle compared with a cgroup quota, cpulimit and a throttle without carry-over",
    .groups = "throttle",
    .prefers = third_witness_prefers,
    .faults = throttle_wakeup_faults,
    .requires = peers_requires,
    .requires_if = peers_requires_if,
    .params = peers_params,
    .metrics = peers_metrics,
    .setup = peers_setup,
    .measure = peers_measure,
    .teardown = peers_teardown,
};

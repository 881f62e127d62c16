/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throttle within a control group's quota, as under libvirt: the guest should get the smaller
 * of the two, and where that is the group's, the throttle should report starvation, as the host
 * withheld the rest. docs/METHOD.md says what each metric means.
 */
#include <math.h>

#include "base/clock.h"
#include "workloads/throttle/faults.h"
#include "workloads/throttle/limited-vcpu.h"
#include "workloads/throttle/load.h"
#include "workloads/throttle/qmp.h"
#include "workloads/throttle/stall.h"
#include "workloads/throttle/third-watch.h"

#define SETTLE_PERIODS 5
/* Part of its share, in %, that a vCPU may lack before that is called starvation, as in
 * limited-vcpu.c. */
#define STARVED_LIMIT_PCT 1.0

typedef struct {
    int64_t quota_ns, period_ns;
} Limit;

typedef struct {
    SpinVm spin;
    SyContention *load;
    SyPerf *perf;
    SyCgroup *cgroup;
    Limit throttle, group;
    LimitedVcpu limited;
} Both;

static double ratio(const Limit *limit)
{
    return (double)limit->quota_ns / (double)limit->period_ns;
}

static Limit limit_of(const SyCase *c, const char *ratio_param, const char *period_param)
{
    Limit limit = {.period_ns = llround(sy_case_number(c, period_param) * SY_NS_PER_MS)};

    limit.quota_ns = llround((double)limit.period_ns * sy_case_number(c, ratio_param) / 100);
    return limit;
}

/* What the guest should get. A window is a period of the tighter limit, of the longer period if
 * both are equal. */
static const Limit *expected(const Both *b)
{
    if (ratio(&b->throttle) == ratio(&b->group)) {
        return b->throttle.period_ns > b->group.period_ns ? &b->throttle : &b->group;
    }
    return ratio(&b->throttle) < ratio(&b->group) ? &b->throttle : &b->group;
}

static bool limit_both(Both *b, GError **error)
{
    const SyVcpu *vcpu = &g_array_index(b->spin.vcpus, SyVcpu, 0);

    b->perf = sy_perf_open(vcpu->thread_id, error);
    if (!b->perf) {
        return false;
    }
    b->cgroup = sy_cgroup_new(sy_vm_pid(b->spin.vm), vcpu->thread_id, error);
    return b->cgroup &&
           sy_cgroup_limit(b->cgroup, b->group.quota_ns, b->group.period_ns, 0, error) &&
           sy_vm_has_command(b->spin.vm, "kvm-throttle-set", error) &&
           throttle_set(b->spin.vm, b->throttle.quota_ns, b->throttle.period_ns, error);
}

static bool both_setup(SyCase *c, GError **error)
{
    Both *b = g_new0(Both, 1);
    int64_t longest_ns;

    c->state = b;
    b->throttle = limit_of(c, "ratio_pct", "period_ms");
    b->group = limit_of(c, "cgroup_ratio_pct", "cgroup_period_ms");
    longest_ns = MAX(b->throttle.period_ns, b->group.period_ns);
    if (!throttle_vm_start(&b->spin, c, 1, NULL, error) || !limit_both(b, error) ||
        !load_start(c, &b->load, error)) {
        return false;
    }
    b->limited = (LimitedVcpu){
        .spin = &b->spin,
        .perf = b->perf,
        .load = b->load,
        .cgroup = b->cgroup,
        .quota_ns = expected(b)->quota_ns,
        .period_ns = expected(b)->period_ns,
        .windows = MAX(1, (int64_t)ceil(sy_case_number(c, "window_ms") * SY_NS_PER_MS /
                                        (double)expected(b)->period_ns)),
    };
    return sy_sleep_until_ns(sy_now_ns() + SETTLE_PERIODS * longest_ns, error);
}

/* The throttle's own counters. */
typedef struct {
    ThrottleInfo info;
    int64_t starved; /* periods in which the vCPU was starved; -1: this QEMU does not count them */
} Books;

static bool read_books(Both *b, Books *out, GError **error)
{
    int vcpu = g_array_index(b->spin.vcpus, SyVcpu, 0).cpu_index;
    g_autoptr(JsonNode) reply = sy_vm_execute(b->spin.vm, "query-kvm-throttle", NULL, error);

    if (!reply || !throttle_query(b->spin.vm, vcpu, &out->info, error)) {
        return false;
    }
    /* There is one vCPU; throttle_query() has checked that the reply is a list with it. */
    out->starved = json_object_get_int_member_with_default(
        json_array_get_object_element(json_node_get_array(reply), 0), "starved-total", -1);
    return true;
}

static void record_books(SyCase *c, const Books *before, const Books *after)
{
    double periods = (double)(after->info.periods - before->info.periods);

    if (!after->info.enabled || periods <= 0) {
        sy_case_na(c, "kicks_per_period", "n/a: not throttled");
        sy_case_na(c, "throttle_starved_per_period", "n/a: not throttled");
        return;
    }
    sy_case_sample(c, "kicks_per_period",
                   (double)(after->info.kicks - before->info.kicks) / periods);
    if (after->starved >= 0) {
        sy_case_sample(c, "throttle_starved_per_period",
                       (double)(after->starved - before->starved) / periods);
    } else {
        sy_case_na(c, "throttle_starved_per_period",
                   "n/a: this QEMU does not count starved periods");
    }
}

static void record(SyCase *c, const Both *b, const LimitedVcpuResult *r)
{
    double missing_pct = 100 * (1 - r->share / ratio(&b->throttle));

    sy_case_sample(c, "share_error_pct", r->error_pct);
    sy_case_sample(c, "share_pct", 100 * r->share);
    /* The group withheld that; anything else that was withheld makes the repetition
     * inconclusive. */
    sy_case_sample(c, "starved_pct", missing_pct > STARVED_LIMIT_PCT ? missing_pct : 0);
    sy_case_sample(c, "window_error_pct", r->sampling.use.error_p99_pct);
    sy_case_sample(c, "longest_overrun_us", r->sampling.use.overrun_max_ns / SY_NS_PER_US);
    sy_case_sample(c, "queued_pct", r->queued_pct);
    sy_case_sample(c, "cgroup_throttled_pct",
                   100 * (double)r->stat.throttled_ns / (double)r->sampling.span_ns);
    sy_case_sample(c, "run_delay_pct", r->delay_pct);
    if (r->stat.periods > 0) {
        sy_case_sample(c, "cgroup_throttled_per_period",
                       (double)r->stat.throttled / (double)r->stat.periods);
    } else {
        sy_case_na(c, "cgroup_throttled_per_period", "n/a: the control group counted no period");
    }
    sy_case_sample(c, "perf_vs_schedstat_pct",
                   isfinite(r->witnesses.pct) ? r->witnesses.pct : -100);
}

static bool both_measure(SyCase *c, GError **error)
{
    Both *b = c->state;
    Books before, after;
    g_auto(LimitedVcpuResult) r = {0};

    if (!read_books(b, &before, error) || !limited_vcpu_measure(c, &b->limited, &r, error) ||
        !read_books(b, &after, error) || !sy_vm_check(b->spin.vm, error)) {
        return spin_vm_explain(&b->spin, error);
    }
    limited_vcpu_judge(c, &b->limited, &r);
    record(c, b, &r);
    record_books(c, &before, &after);
    return true;
}

static void both_teardown(SyCase *c)
{
    Both *b = c->state;

    sy_contention_stop(b->load, NULL);
    sy_cgroup_free(b->cgroup);
    sy_perf_free(b->perf);
    spin_vm_stop(&b->spin);
    g_free(b);
}

static const char *const both_requires[] = {"cgroup",    "kvm",       "perf-sw",
                                            "schedstat", "stress-ng", NULL};

static const SyParamSpec both_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 99,
     .key = true,
     .summary = "the throttle's quota in % of its period"},
    {.name = "period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 1,
     .max = 1000,
     .key = true,
     .summary = "the throttle's period"},
    {.name = "cgroup_ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "25",
     .min = 0.1,
     .max = 100,
     .key = true,
     .summary = "the control group's quota in % of its period"},
    {.name = "cgroup_period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "100",
     .min = 1,
     .max = 1000,
     .key = true,
     .summary = "the control group's period"},
    LOAD_PARAM_STRESSOR,
    LOAD_PARAM_WORKERS,
    LOAD_PARAM_CPUS,
    {.name = "window_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "2000",
     .min = 10,
     .max = 3600000,
     .summary = "length of a repetition, rounded up to whole periods of the tighter limit"},
    SPIN_VM_PARAM_READY,
    {0},
};

static const SyMetricSpec both_metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = 5,
     .timed = true,
     .summary = "error of the vCPU's share: 100 * (share / expected - 1); expected is the smaller "
                "of the two ratios"},
    STALL_METRIC_SPEC,
    {.name = "share_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "the vCPU's share of one CPU"},
    {.name = "starved_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "part of the throttle's target that the control group withheld; 0 if below 1"},
    {.name = "kicks_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the throttle's quota expired, per period: 1 if the throttle limits the "
                "vCPU, 0 if the group does"},
    {.name = "throttle_starved_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "part of the periods that the throttle itself counted as starved"},
    {.name = "cgroup_throttled_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the group's quota ran out, per period, from its cpu.stat"},
    {.name = "window_error_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "100 * |CPU time used - quota| / quota in windows of one period: 99th percentile"},
    {.name = "longest_overrun_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "most CPU time used beyond the quota in any window"},
    {.name = "queued_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "schedstat's run delay in % of wall time, with the time spent waiting for the "
                "group's quota"},
    {.name = "cgroup_throttled_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "time for which the group kept the vCPU from running in % of wall time, from its "
                "cpu.stat"},
    {.name = "run_delay_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "queued_pct - cgroup_throttled_pct: what others withheld"},
    {.name = "perf_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "how far perf's task clock is from schedstat's run time; beyond 0.2 the "
                "on-CPU intervals decide, or the case is INCONCLUSIVE"},
    {0},
};

const SyWorkload sy_workload_throttle_cgroup = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.cgroup",
    .summary = "whether a vCPU limited by the throttle and a control group gets the smaller share",
    .groups = "throttle",
    .prefers = third_witness_prefers,
    .faults = throttle_wakeup_faults,
    .requires = both_requires,
    .params = both_params,
    .metrics = both_metrics,
    .setup = both_setup,
    .measure = both_measure,
    .teardown = both_teardown,
};

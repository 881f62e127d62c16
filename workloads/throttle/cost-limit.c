/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/cost-limit.h"

#include "base/clock.h"
#include "host/busy.h"
#include "workloads/throttle/qmp.h"

/* Periods that pass under the limit before the first round. */
#define WARM_UP_PERIODS 5

/* How far into its last quota a phase ends, as a part of the quota: the vCPU has woken up by then,
 * and what comes on top of whole quotas hardly counts. */
#define LAST_QUOTA_DIVISOR 8

static bool set_limit(CostLimit *l, bool on, GError **error)
{
    return throttle_set(l->spin.vm, l->period_ns, l->period_ns, error) &&
           throttle_set(l->spin.vm, on ? l->quota_ns : l->period_ns, l->period_ns, error);
}

static int64_t wall_ns(const CostLimit *l, bool on)
{
    return l->periods * (on ? l->period_ns : l->quota_ns) + l->quota_ns / LAST_QUOTA_DIVISOR;
}

bool cost_limit_start(CostLimit *l, const SyCase *c, const char *pin, GError **error)
{
    SpinPhase warm_up;

    if (!spin_vm_start(&l->spin, c, 1, pin, error) ||
        !sy_vm_has_command(l->spin.vm, "kvm-throttle-set", error)) {
        return false;
    }
    l->perf = sy_perf_open(g_array_index(l->spin.vcpus, SyVcpu, 0).thread_id, error);
    return l->perf && spin_phase_rest(&l->spin, l->perf, &l->rest, error) &&
           set_limit(l, true, error) &&
           spin_phase(&l->spin, l->perf, WARM_UP_PERIODS * l->period_ns, &l->rest, &warm_up, error);
}

static bool take_phase(CostLimit *l, guint number, CostRounds *out, GError **error)
{
    bool on = rounds_is_with(&out->by_schedstat, number);
    int vcpu = g_array_index(l->spin.vcpus, SyVcpu, 0).cpu_index;
    ThrottleInfo info;
    SpinPhase phase;

    if (!set_limit(l, on, error) ||
        !spin_phase(&l->spin, l->perf, wall_ns(l, on), &l->rest, &phase, error) ||
        !throttle_query(l->spin.vm, vcpu, &info, error)) {
        return false;
    }
    if (on) { /* the counters started at 0 when the throttle was switched on */
        phase.by_schedstat.events = phase.by_perf.events = (uint64_t)info.kicks;
        phase.by_schedstat.spoiled |= info.kicks == 0;
        phase.by_perf.spoiled |= info.kicks == 0;
        out->periods += (uint64_t)info.periods;
    }
    rounds_put(&out->by_schedstat, number, phase.by_schedstat);
    rounds_put(&out->by_perf, number, phase.by_perf);
    return true;
}

bool cost_limit_rounds(CostLimit *l, guint n, unsigned long seed, CostRounds *out, GError **error)
{
    const pid_t pid = sy_vm_pid(l->spin.vm);
    int64_t start_ns = sy_now_ns(), before_ns, after_ns;

    out->periods = 0;
    rounds_begin(&out->by_schedstat, n, seed);
    rounds_begin(&out->by_perf, n, seed);
    if (!sy_busy_others_ns(pid, &before_ns, error)) {
        return spin_vm_explain(&l->spin, error);
    }
    for (guint i = 0; i < rounds_phases(&out->by_schedstat); i++) {
        if (!take_phase(l, i, out, error)) {
            return spin_vm_explain(&l->spin, error);
        }
    }
    if (!sy_busy_others_ns(pid, &after_ns, error)) {
        return spin_vm_explain(&l->spin, error);
    }
    out->others_pct = 100 * (double)(after_ns - before_ns) / (double)(sy_now_ns() - start_ns);
    return sy_vm_check(l->spin.vm, error);
}

void cost_limit_stop(CostLimit *l)
{
    sy_perf_free(g_steal_pointer(&l->perf));
    spin_vm_stop(&l->spin);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/cost-limit.h"

#include <math.h>

#include "workloads/lib/spin-phase.h"
#include "workloads/throttle/qmp.h"

/* Periods that pass under the limit before the first round. */
#define WARM_UP_PERIODS 5

static bool set_limit(CostLimit *l, bool on, GError **error)
{
    return throttle_set(l->spin.vm, on ? l->quota_ns : l->period_ns, l->period_ns, error);
}

bool cost_limit_start(CostLimit *l, const SyCase *c, const char *pin, GError **error)
{
    SpinPhase warm_up;

    if (!spin_vm_start(&l->spin, c, 1, pin, error) ||
        !sy_vm_has_command(l->spin.vm, "kvm-throttle-set", error)) {
        return false;
    }
    l->perf = sy_perf_open(g_array_index(l->spin.vcpus, SyVcpu, 0).thread_id, error);
    return l->perf && spin_phase_rest(&l->spin, error) && set_limit(l, true, error) &&
           spin_phase(&l->spin, l->perf, WARM_UP_PERIODS * l->period_ns, &warm_up, error);
}

/* Both kinds of phase use the same CPU time, so that the fixed cost of a phase, stopping and
 * resuming the VM, has the same effect with the limit and without. */
static int64_t wall_ns(const CostLimit *l, bool on)
{
    return on ? llround((double)l->phase_cpu_ns * (double)l->period_ns / (double)l->quota_ns)
              : l->phase_cpu_ns;
}

bool cost_limit_round(CostLimit *l, CostRound *out, GError **error)
{
    int vcpu = g_array_index(l->spin.vcpus, SyVcpu, 0).cpu_index;
    ThrottleInfo info;

    *out = (CostRound){.exact = true};
    for (size_t i = 0; i < COST_LIMIT_PHASES; i++) {
        bool on = COST_LIMIT_ORDER[i] == 'B';
        bool changes = i == 0 || COST_LIMIT_ORDER[i] != COST_LIMIT_ORDER[i - 1];
        SpinPhase phase;

        if ((changes && !set_limit(l, on, error)) ||
            !spin_phase(&l->spin, l->perf, wall_ns(l, on), &phase, error) ||
            !throttle_query(l->spin.vm, vcpu, &info, error)) {
            return spin_vm_explain(&l->spin, error);
        }
        out->by_schedstat[i] = phase.by_schedstat;
        out->by_perf[i] = phase.by_perf;
        out->exact &= phase.exact;
        if (on) { /* the counters started at 0 when the throttle was switched on */
            out->expiries = info.kicks;
            out->periods = info.periods;
        }
    }
    return sy_vm_check(l->spin.vm, error);
}

void cost_limit_stop(CostLimit *l)
{
    sy_perf_free(g_steal_pointer(&l->perf));
    spin_vm_stop(&l->spin);
}

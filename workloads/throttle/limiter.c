/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/limiter.h"

#include <string.h>

#include "base/error.h"
#include "workloads/throttle/qmp.h"

bool limiter_start(Limiter *limiter, const char *name, SyVm *vm, const SyVcpu *vcpu,
                   int64_t quota_ns, int64_t period_ns, const char *dir, GError **error)
{
    *limiter = (Limiter){.name = name, .vm = vm};
    if (strcmp(name, LIMITER_CGROUP) == 0) {
        limiter->cgroup = sy_cgroup_new(sy_vm_pid(vm), vcpu->thread_id, error);
        return limiter->cgroup && sy_cgroup_limit(limiter->cgroup, quota_ns, period_ns, 0, error);
    }
    if (strcmp(name, LIMITER_CPULIMIT) == 0) {
        int limit_pct = sy_cpulimit_round(100 * (double)quota_ns / (double)period_ns);

        limiter->cpulimit = sy_cpulimit_start(sy_vm_pid(vm), limit_pct, dir, error);
        return limiter->cpulimit != NULL;
    }
    return sy_vm_has_command(vm, "kvm-throttle-set", error) &&
           throttle_set(vm, quota_ns, period_ns, error);
}

bool limiter_check(Limiter *limiter, GError **error)
{
    if (limiter->cpulimit && !sy_cpulimit_alive(limiter->cpulimit)) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                    "cpulimit ended by itself; cpulimit.log has its last messages");
        return false;
    }
    return true;
}

void limiter_stop(Limiter *limiter)
{
    g_clear_pointer(&limiter->cpulimit, sy_cpulimit_stop);
    g_clear_pointer(&limiter->cgroup, sy_cgroup_free);
}

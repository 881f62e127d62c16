/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/faults.h"

#define QUOTA "quota"
#define LOST_WAKEUP "lost-wakeup"

const char *const throttle_faults[] = {QUOTA, LOST_WAKEUP, NULL};
const char *const throttle_wakeup_faults[] = {LOST_WAKEUP, NULL};

bool throttle_vm_start(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus, GError **error)
{
    const SpinVmOptions options = {
        .accel = sy_faults_has(c->env->faults, LOST_WAKEUP) ? "kvm,x-throttle-lose-wakeup=1" : NULL,
    };

    return spin_vm_start_with(spin, c, vcpus, cpus, &options, error);
}

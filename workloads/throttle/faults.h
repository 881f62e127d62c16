/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that make the throttle wrong on purpose (run/fault.h), for workloads that heed them. */
#ifndef SY_WORKLOADS_THROTTLE_FAULTS_H
#define SY_WORKLOADS_THROTTLE_FAULTS_H

#include "workloads/lib/spin-vm.h"

/* A workload's `faults`: both, or only that of the wake-up, because the quota is not the point. */
extern const char *const throttle_faults[];
extern const char *const throttle_wakeup_faults[];

/* spin_vm_start() with a throttle that loses each vCPU's first wake-up, if the case's faults say
 * so. */
bool throttle_vm_start(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus,
                       GError **error);

#endif

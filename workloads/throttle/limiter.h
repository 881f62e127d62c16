/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limiters of a vCPU's CPU time behind one interface: the same quota and period for each. */
#ifndef SY_WORKLOADS_THROTTLE_LIMITER_H
#define SY_WORKLOADS_THROTTLE_LIMITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/cgroup.h"
#include "host/cpulimit.h"
#include "vm/inspect.h"
#include "vm/vm.h"

/* The names of the limiters, as a parameter's `choices`. */
#define LIMITER_KVM_THROTTLE "kvm-throttle"
#define LIMITER_CGROUP "cgroup"
#define LIMITER_CPULIMIT "cpulimit"
#define LIMITER_NO_CARRY_SIM "no-carry-sim"
#define LIMITER_CHOICES                                                                            \
    LIMITER_KVM_THROTTLE "," LIMITER_CGROUP "," LIMITER_CPULIMIT "," LIMITER_NO_CARRY_SIM

/* Zeroed: no limiter. */
typedef struct {
    const char *name; /* static */
    SyVm *vm;         /* borrowed */
    SyCgroup *cgroup;
    SyCpulimit *cpulimit;
} Limiter;

/*
 * Puts vCPU `vcpu` of `vm` under the limiter `name`. cpulimit stops QEMU as a whole, and takes
 * quota / period in whole percents. no-carry-sim is simulated with the latenesses of kvm-throttle
 * on this host, so it starts kvm-throttle. Logs go to `dir`. Call limiter_stop() whatever is
 * returned.
 */
bool limiter_start(Limiter *limiter, const char *name, SyVm *vm, const SyVcpu *vcpu,
                   int64_t quota_ns, int64_t period_ns, const char *dir, GError **error);

/* SY_ERROR_DIED, with the name of its log, if the limiter has ended by itself. */
bool limiter_check(Limiter *limiter, GError **error);

/* Ends the limiter, except for the throttle, which ends with QEMU. Call it before the VM is
 * stopped. */
void limiter_stop(Limiter *limiter);

#endif

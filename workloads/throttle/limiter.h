/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can limit a vCPU's CPU time, behind one door: the same quota and period for each. */
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
 * Puts vCPU `vcpu` of `vm` under the limiter `name`; cpulimit stops QEMU as a whole, and is given
 * quota / period in whole percents. no-carry-sim is simulated from what kvm-throttle meets on this
 * host, and so starts that. `dir` is for logs. limiter_stop() is due either way.
 */
bool limiter_start(Limiter *limiter, const char *name, SyVm *vm, const SyVcpu *vcpu,
                   int64_t quota_ns, int64_t period_ns, const char *dir, GError **error);

/* SY_ERROR_DIED if the limiter has ended by itself, with where its last words are. */
bool limiter_check(Limiter *limiter, GError **error);

/* Ends all but the throttle, which goes with QEMU. Before the VM is stopped. */
void limiter_stop(Limiter *limiter);

#endif

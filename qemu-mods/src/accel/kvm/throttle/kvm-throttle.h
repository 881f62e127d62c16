/*
 * Limit the CPU time of KVM vCPUs: hooks for the vCPU thread
 *
 * A vCPU under a limit costs nothing between the signals of its own timer:
 * the hooks sit where kvm_cpu_exec() is entered and left and where KVM_RUN
 * was interrupted, never on the path of an ordinary exit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_H
#define KVM_THROTTLE_H

#include "hw/core/cpu.h"
#include "system/kvm.h"
#include "kvm-throttle-state.h"

/* Properties of the accelerator that limit all vCPUs from their start on. */
void kvm_throttle_class_init(ObjectClass *oc);

/*
 * Check these properties, before any vCPU is made.  Returns 0, or reports what
 * is wrong and returns -EINVAL.
 */
int kvm_throttle_init(KVMState *s);

/* This thread's vCPU while it is under a limit, else NULL. */
extern __thread KvmThrottle *kvm_throttle_active;

/*
 * First and last call of a vCPU thread, with the BQL held and SIG_IPI set up.
 * The first one applies the settings made for all vCPUs, if any.
 */
void kvm_throttle_vcpu_init(CPUState *cpu);
void kvm_throttle_vcpu_destroy(CPUState *cpu);

void kvm_throttle_do_enter(KvmThrottle *t);
bool kvm_throttle_do_interrupted(KvmThrottle *t);
void kvm_throttle_do_leave(KvmThrottle *t);

/*
 * Before the vCPU starts executing; without the BQL, outside
 * cpu_exec_start().  Sleeps while the quota is used up, until a boundary or a
 * kick; after a kick KVM_RUN returns without running guest code.
 */
static inline void kvm_throttle_enter(void)
{
    if (unlikely(kvm_throttle_active)) {
        kvm_throttle_do_enter(kvm_throttle_active);
    }
}

/*
 * After KVM_RUN was interrupted and kvm_eat_signals(); inside
 * cpu_exec_start().  True if only the throttle's own timer interrupted it: the
 * vCPU has then waited if need be, and may go back to KVM_RUN at once.
 */
static inline bool kvm_throttle_interrupted(void)
{
    return unlikely(kvm_throttle_active) &&
           kvm_throttle_do_interrupted(kvm_throttle_active);
}

/* After the vCPU stopped executing: ends the time the fallback clock counts. */
static inline void kvm_throttle_leave(void)
{
    if (unlikely(kvm_throttle_active)) {
        kvm_throttle_do_leave(kvm_throttle_active);
    }
}

#endif /* KVM_THROTTLE_H */

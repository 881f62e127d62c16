/*
 * Limit the CPU time of KVM vCPUs: a fault, to test what watches the limit
 *
 * A limit whose vCPU is never woken up looks, from outside, like a vCPU that
 * the host gives no CPU.  Whoever tells the two apart has to be tested with
 * the real thing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "system/kvm_int.h"
#include "kvm-throttle-fault.h"

int64_t kvm_throttle_fault_wake_time(const KvmThrottle *t, int64_t wake_ns)
{
    int64_t n = t->cpu->kvm_state->throttle.lose_wakeup.value;

    return n > 0 && t->v.expiries == (uint64_t)n ? INT64_MAX : wake_ns;
}

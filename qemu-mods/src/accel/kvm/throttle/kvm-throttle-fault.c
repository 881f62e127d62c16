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

#include "qom/object.h"
#include "kvm-throttle-fault.h"

/* Set before any vCPU is made */
static uint32_t lost_wakeup;

void kvm_throttle_fault_class_init(ObjectClass *oc)
{
    static const char name[] = "x-throttle-lose-wakeup";

    object_class_property_add_uint32_ptr(oc, name, &lost_wakeup,
                                         OBJ_PROP_FLAG_READWRITE);
    object_class_property_set_description(oc, name,
        "For tests: the n-th time that a vCPU's quota runs out, only a kick "
        "wakes it up (default: 0, never)");
}

int64_t kvm_throttle_fault_wake_time(const KvmThrottle *t, int64_t wake_ns)
{
    return lost_wakeup && t->v.expiries == lost_wakeup ? INT64_MAX : wake_ns;
}

/*
 * Limit the CPU time of KVM vCPUs: a fault, to test what watches the limit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_FAULT_H
#define KVM_THROTTLE_FAULT_H

#include "kvm-throttle-int.h"

/*
 * When a sleep that should end at @wake_ns does end without a kick: then, or
 * never.  In the vCPU thread, with its quota used up.
 */
int64_t kvm_throttle_fault_wake_time(const KvmThrottle *t, int64_t wake_ns);

#endif /* KVM_THROTTLE_FAULT_H */

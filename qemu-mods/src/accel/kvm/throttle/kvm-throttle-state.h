/*
 * Limit the CPU time of KVM vCPUs: the accelerator's part of KVMState
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef KVM_THROTTLE_STATE_H
#define KVM_THROTTLE_STATE_H

#include "qemu/queue.h"
#include "throttle-bucket.h"

typedef struct KvmThrottle KvmThrottle;

typedef struct KvmThrottleSettings {
    KvmThrottleConfig bucket;
    uint32_t starved_periods;   /* this many in a row: event; 0: never */
} KvmThrottleSettings;

/* A property of the accelerator, as the user gave it; read-only after start */
typedef struct KvmThrottleOption {
    bool set;
    int64_t value;
} KvmThrottleOption;

typedef struct KvmThrottleState {
    KvmThrottleOption quota, period, burst, max_debt;   /* in us */
    KvmThrottleOption lose_wakeup;

    /* Protected by the BQL */
    KvmThrottleSettings initial;        /* what new vCPUs get */
    QTAILQ_HEAD(, KvmThrottle) vcpus;   /* all of them, the oldest first */
} KvmThrottleState;

#endif /* KVM_THROTTLE_STATE_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: what QAPI generates for the types in qemu-mods/src/qapi/kvm-throttle.json. */
#ifndef STAND_IN_QAPI_TYPES_KVM_THROTTLE_H
#define STAND_IN_QAPI_TYPES_KVM_THROTTLE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum KvmThrottleClock {
    KVM_THROTTLE_CLOCK_THREAD_CPU,
    KVM_THROTTLE_CLOCK_MONOTONIC,
} KvmThrottleClock;

typedef struct KvmThrottleInfo {
    int64_t cpu_index;
    int64_t thread_id;
    bool enabled;
    KvmThrottleClock clock;
    int64_t quota_ns;
    int64_t period_ns;
    int64_t burst_ns;
    int64_t max_debt_ns;
    uint32_t starved_periods;
    uint64_t periods;
    uint64_t kicks;
    uint64_t throttled_ns;
    uint64_t used_ns;
    uint64_t granted_ns;
    uint64_t forfeited_ns;
    uint64_t forgiven_ns;
    uint64_t starved_ns;
    uint64_t starved_total;
    uint64_t starved_in_row;
    uint64_t credit_ns;
    uint64_t debt_ns;
} KvmThrottleInfo;

typedef struct KvmThrottleInfoList {
    struct KvmThrottleInfoList *next;
    KvmThrottleInfo *value;
} KvmThrottleInfoList;

void qapi_free_KvmThrottleInfoList(KvmThrottleInfoList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KvmThrottleInfoList, qapi_free_KvmThrottleInfoList)

/* `tail` points to the last element's next pointer and moves along. */
#define QAPI_LIST_APPEND(tail, element)                                                            \
    do {                                                                                           \
        *(tail) = g_malloc0(sizeof(**(tail)));                                                     \
        (*(tail))->value = (element);                                                              \
        (tail) = &(*(tail))->next;                                                                 \
    } while (0)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-in: counts the trace events, which shows at the end that every path was taken. The counts
 * are relaxed, so that they create no order that would hide a race from TSan.
 */
#ifndef STAND_IN_TRACE_ACCEL_KVM_THROTTLE_H
#define STAND_IN_TRACE_ACCEL_KVM_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct TraceCounts {
    uint64_t set, arm, kick, sleep, wake, wake_kicked, refill, starved, forgive;
} TraceCounts;

extern TraceCounts trace_counts; /* atomic */

static inline void trace_count(uint64_t *count)
{
    __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

static inline void trace_kvm_throttle_set(int cpu_index, int64_t quota, int64_t period,
                                          int64_t burst, int64_t budget)
{
    trace_count(&trace_counts.set);
}

static inline void trace_kvm_throttle_arm(int cpu_index, int64_t budget)
{
    trace_count(&trace_counts.arm);
}

static inline void trace_kvm_throttle_kick(int cpu_index, int64_t budget, int64_t late)
{
    trace_count(&trace_counts.kick);
}

static inline void trace_kvm_throttle_sleep(int cpu_index, int64_t budget, int64_t wait)
{
    trace_count(&trace_counts.sleep);
}

static inline void trace_kvm_throttle_wake(int cpu_index, int64_t budget, int64_t late, bool kicked)
{
    trace_count(kicked ? &trace_counts.wake_kicked : &trace_counts.wake);
}

static inline void trace_kvm_throttle_refill(int cpu_index, uint64_t windows, int64_t budget,
                                             uint64_t used, int64_t late)
{
    trace_count(&trace_counts.refill);
}

static inline void trace_kvm_throttle_forgive(int cpu_index, uint64_t forgiven, uint64_t total)
{
    trace_count(&trace_counts.forgive);
}

static inline void trace_kvm_throttle_starved(int cpu_index, uint64_t periods, uint64_t forfeited,
                                              uint64_t withheld)
{
    trace_count(&trace_counts.starved);
}

#endif

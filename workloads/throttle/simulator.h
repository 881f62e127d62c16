/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A throttled vCPU in simulated time: what share it gets, window by window, from the throttle's
 * real bucket or from the algorithm that it replaced, on a host that is late, busy, or both. Pure:
 * no clock, no I/O; the same input gives the same result on every machine. A million windows take a
 * fraction of a second.
 *
 * One thread is followed, as qemu-mods' kvm-throttle.c runs it. While it has budget, a timer is
 * armed for the rest of the budget, and the guest runs. When the timer has expired, the thread uses
 * `expiry_late` more CPU time before it checks its budget. Without budget it sleeps until the next
 * boundary, and wakes up `wake_late` after that. If the host has taken the CPU by then, it waits
 * for it.
 */
#ifndef SY_WORKLOADS_THROTTLE_SIMULATOR_H
#define SY_WORKLOADS_THROTTLE_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qemu-mods/src/accel/kvm/throttle/throttle-bucket.h"

/*
 * A lateness, in ns, >= 0: each event draws one of `n` values, all with the same chance. So
 * measured samples can be passed as they are, or quantiles at even steps; a constant is a single
 * value. n = 0: always punctual. The values are borrowed.
 */
typedef struct {
    const int64_t *ns;
    size_t n;
} ThrottleSimLateness;

/*
 * Zeroed, with only `cfg` and `windows` filled in, it is a guest that always wants to run on an
 * idle, punctual host.
 */
typedef struct {
    KvmThrottleConfig cfg; /* must satisfy kvm_throttle_config_valid() */
    uint64_t windows;      /* windows to simulate; > 0 */
    uint64_t seed;

    /*
     * Simulate the throttle's first design instead of the bucket: a window starts when the end of
     * the one before is noticed, its budget is the full quota, and neither debt nor credit is
     * carried over. It ignores burst and grain.
     */
    bool no_carry;

    /* CPU time from the timer's expiry until the thread checks its budget */
    ThrottleSimLateness expiry_late;
    /* from the boundary that it slept for until the thread is runnable */
    ThrottleSimLateness wake_late;

    /*
     * The host takes the CPU away whether or not the vCPU wants it: for steal_pct of the time (0 <=
     * steal_pct < 100), for steal_ns at a time (> 0 if steal_pct is). Each such time, and each
     * pause between two, lasts half to one and a half times the mean.
     */
    double steal_pct;
    int64_t steal_ns;

    /* The guest halts for idle_ns after each busy_ns of CPU time, varied in the same way; 0:
     * never. */
    int64_t busy_ns, idle_ns;

    /* Receives the CPU time used in each window, `windows` values; NULL: not wanted. */
    int64_t *window_used_ns;
} ThrottleSimInput;

/* Windows are those of the clock: they start at multiples of period_ns after the start. */
typedef struct {
    uint64_t windows;           /* as in the input */
    int64_t used_ns;            /* CPU time used in all of them */
    double share_error_pct;     /* 100 * (used / (windows * quota) - 1) */
    double window_error_pct;    /* 100 * |used - quota| / quota of the worst window */
    int64_t window_used_max_ns; /* most CPU time used in one window */
    int64_t longest_run_ns;     /* most CPU time used between two stops by the throttle */
    uint64_t missed_windows;    /* windows for which no quota was ever granted */
    /* how far the algorithm's own windows have moved away from the clock's; whole missed windows
     * count */
    int64_t drift_ns;
    uint64_t expiries;    /* times the quota expired */
    int64_t forfeited_ns; /* credit that the bucket dropped because it exceeded the bound */
    int64_t withheld_ns;  /* time that the thread waited for a CPU that the host had taken */
} ThrottleSimResult;

/* The configuration that kvm-throttle-set uses for a quota and a period by default. */
KvmThrottleConfig throttle_sim_config(int64_t quota_ns, int64_t period_ns);

/* Simulates. Aborts if the input is out of range, which is a bug. */
ThrottleSimResult throttle_sim_run(const ThrottleSimInput *input);

#endif

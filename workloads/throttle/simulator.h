/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A throttled vCPU in simulated time: what share it gets, window by window, from the throttle's
 * real bucket or from the algorithm it replaces, on a host that is late, busy, or both. Pure: no
 * clock, no I/O; the same input gives the same result on every machine. A million windows take a
 * fraction of a second.
 *
 * One thread is followed, as qemu-mods' kvm-throttle.c runs it. While it has budget, a timer is
 * armed for what is left, and the guest runs. When the timer has expired the thread uses up another
 * kick lateness of CPU time before it looks at its budget; without one it sleeps until the next
 * boundary, and gets up a wake lateness after that. If the host has taken the CPU by then, it waits
 * for it.
 */
#ifndef SY_WORKLOADS_THROTTLE_SIMULATOR_H
#define SY_WORKLOADS_THROTTLE_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qemu-mods/src/accel/kvm/throttle/throttle-bucket.h"

/*
 * A lateness, in ns, >= 0: for each event one of `n` values is drawn, all with the same chance. So
 * measured samples can be passed as they are, quantiles at even steps too, and a constant is one
 * value. n = 0: always punctual. The values belong to the caller.
 */
typedef struct {
    const int64_t *ns;
    size_t n;
} ThrottleSimLateness;

/*
 * A zeroed one, with `cfg` and `windows` filled in, is a guest that always wants to run on an idle,
 * punctual host.
 */
typedef struct {
    KvmThrottleConfig cfg; /* valid by kvm_throttle_config_valid() */
    uint64_t windows;      /* how many to simulate; > 0 */
    uint64_t seed;

    /*
     * The algorithm of the throttle's first design instead of the bucket: a window begins when the
     * end of the one before is noticed, its budget is the quota again, and neither debt nor credit
     * is carried over. Burst and grain mean nothing to it.
     */
    bool no_carry;

    ThrottleSimLateness expiry_late; /* from the timer's expiry until the thread looks, CPU time */
    ThrottleSimLateness wake_late;   /* from the boundary slept for until the thread is runnable */

    /*
     * What the host takes the CPU away for, whether or not the vCPU wants it: steal_pct of the
     * time (0 <= it < 100), in turns of steal_ns (> 0 if there are any), each turn and each pause
     * half to one and a half times as long as on average.
     */
    double steal_pct;
    int64_t steal_ns;

    /* The guest halts for idle_ns after each busy_ns of CPU time, varying likewise; 0: never. */
    int64_t busy_ns, idle_ns;

    /* Filled in with the CPU time used in each window, `windows` values; NULL: not wanted. */
    int64_t *window_used_ns;
} ThrottleSimInput;

/* Windows here are those of the clock: they begin at multiples of period_ns after the start. */
typedef struct {
    uint64_t windows;           /* as asked for */
    int64_t used_ns;            /* CPU time used in them */
    double share_error_pct;     /* 100 * (used / (windows * quota) - 1) */
    double window_error_pct;    /* of the worst window, 100 * |used - quota| / quota */
    int64_t window_used_max_ns; /* most CPU time used in one window */
    int64_t longest_run_ns;     /* most CPU time used between two sleeps of the throttle's */
    uint64_t missed_windows;    /* for which no quota was ever granted */
    int64_t drift_ns;           /* how far the algorithm's own windows have moved away from the
                                   clock's; whole missed windows count */
    uint64_t expiries;          /* times the quota ran out */
    int64_t forfeited_ns;       /* credit that the bucket dropped at its bound */
    int64_t withheld_ns;        /* time it waited for a CPU that the host had taken */
} ThrottleSimResult;

/* What kvm-throttle-set makes of a quota and a period when nothing else is said. */
KvmThrottleConfig throttle_sim_config(int64_t quota_ns, int64_t period_ns);

/* Simulates. Input out of range is a bug and aborts. */
ThrottleSimResult throttle_sim_run(const ThrottleSimInput *input);

#endif

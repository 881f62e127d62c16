/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The intervals in which a thread was on a CPU, from its trace (observe/sched-trace.h), and where
 * the scheduler's charges for them differ: at the switches or within the intervals. Pure;
 * docs/METHOD.md gives the reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_ON_CPU_H
#define SY_WORKLOADS_THROTTLE_ON_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observe/sched-event.h"

/*
 * How far a charge may be off at a switch for that to be what a switch costs. More is a CPU that
 * stood still, or one that is emulated: there the two cannot be told apart.
 */
#define ON_CPU_SWITCH_NS 100000

/*
 * What a thread did between two moments, at both of which it was off its CPU. Times in ns.
 *     charged = on_cpu + switches + standstill + within - (irq_left_out ? irq : 0)
 */
typedef struct {
    size_t slices;
    int64_t on_cpu_ns;  /* from the switches to it to the switches away from it */
    int64_t irq_ns;     /* of that, in interrupts on top of it; 0 where they are not traced */
    int64_t charged_ns; /* what the scheduler added to its run time */
    /* what the charges exceed the intervals by at their ends, as every switch costs; negative: what
     * they lack */
    int64_t switches_ns;
    int64_t standstill_ns; /* the same at ends where it is more than a switch costs */
    int64_t within_ns;     /* the same between the first and the last charge of an interval */
    int64_t median_ns;     /* of the differences at the ends, without sign */
    bool irq_left_out;     /* the scheduler does not charge for interrupts */
} OnCpu;

/*
 * Reads the `n` events, ordered by time, of thread `tid` from `from_ns` to `to_ns`. NULL if that
 * went well, else a static text that says what is missing from the trace.
 */
const char *on_cpu_read(const SySchedEvent *events, size_t n, pid_t tid, int64_t from_ns,
                        int64_t to_ns, OnCpu *out);

#endif

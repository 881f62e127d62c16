/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the CPU time used per period followed a change of the quota, and which periods are off it
 * because of the host, by run delay. Pure; docs/METHOD.md gives the reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_SETTLING_H
#define SY_WORKLOADS_THROTTLE_SETTLING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "workloads/throttle/periods.h"

/* A period is settled if the CPU time it used is within this of the quota, in %. Run delay of more
 * than this share of the quota may be why it is not. */
#define SETTLING_LIMIT_PCT 1.0

/* Periods after which a change must hold; later ones are judged. */
#define SETTLING_PLAIN 2

/* One change, seen by one vCPU. Periods count from 1. */
typedef struct {
    guint n;       /* whole periods */
    guint settled; /* periods until every later one was settled; the host's do not count */

    /* Of the period number `settled`, if that is not 0: how far it was off its quota, and the run
     * delay then. */
    int64_t off_ns, delay_ns;

    /* Periods later than SETTLING_PLAIN that are off because of the host; of the one that is
     * farthest off: how far, and the run delay then. */
    guint host;
    int64_t host_off_ns, host_delay_ns;

    /* Of all later periods: how far they were off in total, and the run delay since the change. */
    int64_t sum_ns, total_delay_ns;

    /* Mean of used / quota - 1 over the later periods that are not the host's; 0 without one. */
    double error;
} Settling;

/*
 * For the change number `change` to `quota_ns`; `marks` (WithheldMark, ascending) have the vCPU's
 * run delay, at least one per period. The last period does not count: the command of the next
 * change stops the vCPU in it.
 *
 * A later period is off because of the host if the vCPU waited in the run queue, in it or in the
 * one before, for more than SETTLING_LIMIT_PCT of the quota, and
 * - it was not stopped for lack of quota, or ran across a boundary, where its use is interpolated;
 * - it was stopped and used more than its quota;
 * - it was stopped and used less, by no more than its first look was late: what a thread uses from
 *   its wake-up to that look is charged to the period before;
 * or if it was stopped and is off by no more than the credit or debt that such periods, and settled
 * ones, left behind. What was stopped with less used, and no debt, is the throttle's doing however
 * long it queued.
 *
 * In total the later periods may not use more than their quotas and that credit, by over the limit,
 * nor lack more than the run delay; if they do, none is the host's.
 */
Settling settling_judge(const Periods *p, guint change, int64_t quota_ns, const GArray *marks);

/* Has the host left so few periods alone that the rest proves nothing? */
bool settling_undecided(const Settling *s);

/*
 * Is it open who made it settle late? It is if the vCPU waited in the run queue, at whatever time
 * since the change, for as long as its last unsettled period was off, and the host can have done
 * it: the later periods used no more than `quota_ns` each on balance, by over the limit, and lack
 * no more than the run delay.
 */
bool settling_doubtful(const Settling *s, int64_t quota_ns);

#endif

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
    guint all;     /* the same if the host's did count */

    /* Of the period number `settled`, if that is not 0: how far it was off its quota, and the run
     * delay then. */
    int64_t off_ns, delay_ns;

    /* Periods later than SETTLING_PLAIN that are off because of the host; of the one that is
     * farthest off: how far, and the run delay then. */
    guint host;
    int64_t host_off_ns, host_delay_ns;

    /* Mean of used / quota - 1 over the later periods that are not the host's; 0 without one. */
    double error;
} Settling;

/*
 * For the change number `change` to `quota_ns`; `marks` (WithheldMark, ascending) have the vCPU's
 * run delay, at least one per period. The last period does not count: the command of the next
 * change stops the vCPU in it.
 *
 * A period is off because of the host if its run delay accounts for all of it:
 * - it was not stopped for lack of quota, or ran across a boundary, where its use is interpolated:
 *   it is off by no more than the run delay in it, and where it ran across a boundary in its
 *   neighbours;
 * - it was stopped and used too much: no more than what such periods before it lacked, since that
 *   is its credit.
 * What was stopped with too little used is the throttle's doing, however long it queued.
 */
Settling settling_judge(const Periods *p, guint change, int64_t quota_ns, const GArray *marks);

/* Has the host left so few periods alone that the rest proves nothing? */
bool settling_undecided(const Settling *s);

#endif

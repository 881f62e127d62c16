/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who made a vCPU late, the throttle or the host? Three witnesses can show that the host withheld a
 * CPU: the thread's run delay, steal time, and sleeps of the harness that ended late.
 * docs/METHOD.md says what each can see.
 */
#ifndef SY_WORKLOADS_THROTTLE_WITHHELD_H
#define SY_WORKLOADS_THROTTLE_WITHHELD_H

#include <glib.h>
#include <stdint.h>

#include "workloads/throttle/periods.h"

/* The total of each witness by `when_ns`. In ns. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    int64_t delay_ns, steal_ns, gap_ns;
} WithheldMark;

/*
 * The largest time that any one witness reports as withheld, from the last mark before `from_ns` to
 * the first one after `to_ns`; `marks` (WithheldMark) ascend. Pure.
 */
int64_t withheld_between(const GArray *marks, int64_t from_ns, int64_t to_ns);

/*
 * The run delay that may have come between two moments. The kernel counts a wait when it is over,
 * so what is new at a mark may be of any time since the mark before, and of earlier times too if it
 * is longer than that. Pure.
 */
int64_t withheld_delay_ns(const GArray *marks, int64_t from_ns, int64_t to_ns);

typedef struct {
    /* boundaries that passed although a look was due and the host did not withhold the CPU */
    uint64_t missed;
    uint64_t starved; /* boundaries that passed in time that the host withheld */
} WithheldCount;

/*
 * Counts the boundaries in `misses` (PeriodsMiss) between two moments: whatever the host withheld
 * meanwhile is subtracted from the delay; what remains is the throttle's fault. Pure.
 */
WithheldCount withheld_count(const GArray *misses, const GArray *marks, int64_t from_ns,
                             int64_t to_ns);

#endif

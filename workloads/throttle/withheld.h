/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who made a vCPU late, the throttle or the host? Three witnesses of a host that withheld a CPU:
 * the thread's run delay, steal time, and the harness's own sleeps that ended late. docs/METHOD.md
 * says what each can see.
 */
#ifndef SY_WORKLOADS_THROTTLE_WITHHELD_H
#define SY_WORKLOADS_THROTTLE_WITHHELD_H

#include <glib.h>
#include <stdint.h>

#include "workloads/throttle/periods.h"

/* What each witness has counted in all until `when_ns`. In ns. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    int64_t delay_ns, steal_ns, gap_ns;
} WithheldMark;

/*
 * The most that any one witness says was withheld from the last mark before `from_ns` to the first
 * one after `to_ns`; `marks` (WithheldMark) ascend. Pure.
 */
int64_t withheld_between(const GArray *marks, int64_t from_ns, int64_t to_ns);

typedef struct {
    uint64_t missed;  /* boundaries that passed although a look was due and the host let it be */
    uint64_t starved; /* boundaries in time that the host withheld */
} WithheldCount;

/*
 * Of the boundaries in `misses` (PeriodsMiss) between two moments: whatever the host withheld
 * meanwhile is taken off the delay; what is left of it is the throttle's. Pure.
 */
WithheldCount withheld_count(const GArray *misses, const GArray *marks, int64_t from_ns,
                             int64_t to_ns);

#endif

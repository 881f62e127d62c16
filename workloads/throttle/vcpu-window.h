/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One vCPU thread over a window of whole throttle periods, measured by two independent witnesses:
 * schedstat and perf.
 *
 * A window of n periods holds n quotas wherever it starts, as long as it ends at the same point of
 * a period; and schedstat is exact only while the thread sleeps. So a window starts shortly before
 * the throttle lets the thread run again, and ends n periods later. If that reading came too late
 * to be surely at the same point, the window is extended by one period. docs/METHOD.md derives the
 * error bound.
 */
#ifndef SY_WORKLOADS_THROTTLE_VCPU_WINDOW_H
#define SY_WORKLOADS_THROTTLE_VCPU_WINDOW_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "workloads/throttle/witness.h"

typedef struct {
    pid_t pid, tid;
    SyPerf *perf; /* borrowed */
    int64_t period_ns, quota_ns;
    WitnessReading begin, end;
    int64_t reading_ns; /* time to wake up for a reading of the sleeping thread and to take it */
    int64_t left_ns;    /* from the start of the window until the thread was due to wake up */
    int64_t target_ns;  /* CLOCK_MONOTONIC at which the window should end */
} VcpuWindow;

/* What happened between the start and the end of a window. Times in ns. */
typedef struct {
    int64_t wall_ns;        /* `in_phase`: whole periods; else time by the clock */
    int64_t delay_ns;       /* schedstat: runnable without a CPU */
    int64_t from_ns, to_ns; /* CLOCK_MONOTONIC of the two readings */
    CpuTimes times;         /* `sleeps`: at most one per period */
    /* both readings found the thread asleep at the same point of a period: the window holds a whole
     * number of quotas, and neither credit nor debt */
    bool in_phase;
    bool asleep; /* both readings found the thread asleep, wherever in a period */
    SyPerfReading perf_begin, perf_end;
} VcpuShare;

/* Takes the first reading. Waits until the thread is asleep at the right point of a period, at most
 * ten periods plus those in which it may use up credit; after that it reads without waiting. */
bool vcpu_window_begin(VcpuWindow *w, GError **error);

/* Blocks until `periods` periods after the start, takes the last reading, and fills `out`. */
bool vcpu_window_end(VcpuWindow *w, int64_t periods, VcpuShare *out, GError **error);

#endif

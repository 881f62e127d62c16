/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One vCPU thread over a window of whole throttle periods, seen by two independent witnesses:
 * schedstat and perf.
 *
 * A window of n periods holds n quotas wherever it begins, as long as it ends in the phase it began
 * in; and schedstat is exact only while the thread sleeps. So a window begins shortly before the
 * throttle lets the thread go on, and ends n periods later; it is prolonged by another period if
 * the reading then was too late to be surely of that phase. docs/METHOD.md derives the error bound.
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
    int64_t
        reading_ns;    /* what waking up for a reading of the sleeping thread and taking it takes */
    int64_t left_ns;   /* from the begin until the thread was to wake up */
    int64_t target_ns; /* CLOCK_MONOTONIC at which it should end */
} VcpuWindow;

/* A window's differences. Times in ns. */
typedef struct {
    int64_t wall_ns;  /* `in_phase`: whole periods; else by the clock */
    int64_t delay_ns; /* schedstat: runnable without a CPU */
    CpuTimes times;   /* a throttled thread falls asleep once a period at most */
    bool in_phase; /* both ends were read while the thread slept, in the same phase of a period: the
                      window then holds a whole number of quotas, and neither credit nor debt */
    SyPerfReading perf_begin, perf_end;
} VcpuShare;

/* Takes the first reading: waits for the thread to be found asleep in its phase, up to ten periods
 * and those that it takes to use up its credit, and goes on without that. */
bool vcpu_window_begin(VcpuWindow *w, GError **error);

/* Blocks until `periods` periods after the begin, takes the last reading, and fills `out`. */
bool vcpu_window_end(VcpuWindow *w, int64_t periods, VcpuShare *out, GError **error);

#endif

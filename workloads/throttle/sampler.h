/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures a vCPU under any kind of limiter from outside: one thread's CPU time over whole periods,
 * and how evenly it came.
 *
 * A thread that a control group or a signal keeps from running is not asleep, so vcpu-window.h
 * would wait for it in vain. But perf's task clock is current at any moment: if it does not advance
 * from before a reading of schedstat until after it, the thread was off its CPU, and schedstat was
 * current. docs/METHOD.md says what follows from that.
 */
#ifndef SY_WORKLOADS_THROTTLE_SAMPLER_H
#define SY_WORKLOADS_THROTTLE_SAMPLER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "observe/perf.h"
#include "workloads/throttle/window-use.h"
#include "workloads/throttle/witness.h"

typedef struct {
    pid_t pid, tid;
    SyPerf *perf; /* counts that thread; borrowed */
    int64_t quota_ns, period_ns;
    int64_t windows; /* whole periods to measure */
} Sampler;

typedef struct {
    int64_t wall_ns; /* length of the whole periods */
    double run_ns;   /* CPU time in them, by schedstat */
    /* from the first reading of schedstat to the last, slightly longer than wall_ns */
    int64_t span_ns;
    int64_t delay_ns;       /* schedstat's run delay in that span */
    bool exact;             /* schedstat was current at both ends */
    int64_t from_ns, to_ns; /* CLOCK_MONOTONIC of its ends */
    CpuTimes times;         /* over that span */
    WindowUse use;          /* from perf's readings, scaled to schedstat's sum */
} Sampling;

/*
 * Measures the thread for `windows` periods, from a moment when it is off its CPU. Blocks for that
 * long, plus up to 20 periods and a second at either end to find it so. Main thread, with raised
 * priority: it reads up to twenty times per period.
 */
bool sampler_watch(const Sampler *sampler, Sampling *out, GError **error);

#endif

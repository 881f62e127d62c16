/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two independent witnesses of a thread's run time, schedstat and perf's task clock: reads both
 * at one moment and compares them. docs/METHOD.md says where they differ.
 */
#ifndef SY_WORKLOADS_THROTTLE_WITNESS_H
#define SY_WORKLOADS_THROTTLE_WITNESS_H

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/schedstat.h"
#include "observe/perf.h"

/* Both witnesses at one moment. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    SySchedstat sched;
    SyPerfReading perf;
    bool exact; /* the thread was asleep, so schedstat was current */
} WitnessReading;

/*
 * Reads both while the thread sleeps, again if it got a CPU in between. Blocks until `deadline_ns`
 * (CLOCK_MONOTONIC) at most; a thread that has not slept by then is read as it is, with `exact`
 * false. `poll_ns`: see sy_schedstat_read_asleep().
 */
bool witness_read(pid_t pid, pid_t tid, SyPerf *perf, int64_t deadline_ns, int64_t poll_ns,
                  WitnessReading *out, GError **error);

/* perf's task clock between two readings, in ns. Pure. */
int64_t witness_task_clock_ns(const WitnessReading *begin, const WitnessReading *end);

/*
 * CPU time that schedstat counts and perf does not, each time a thread wakes up, runs and falls
 * asleep: they end a time slice at different points of a context switch.
 */
typedef struct {
    double offset_ns; /* negative if perf counts more */
    double doubt_ns;  /* half the length of the offset's 95 % interval; INFINITY: not known */
} SwitchOffset;

/* An unknown offset: zero, with INFINITY of doubt. */
#define SWITCH_OFFSET_UNKNOWN ((SwitchOffset){.doubt_ns = INFINITY})

/*
 * The offset from `n` cycles of sleeping and running, each with one time slice: its median.
 * excess_ns[i] is what schedstat counted in excess of perf. `wakeup_ns`, the time by the clock from
 * when the sleep should have ended until the thread ran, bounds what a switch can cost. Unknown
 * with fewer than 8 cycles, or if the median exceeds that bound. Pure.
 */
SwitchOffset switch_offset_estimate(const double *excess_ns, size_t n, double wakeup_ns);

/* schedstat and perf may differ by this much, in %; beyond it neither is trusted alone. */
#define WITNESS_LIMIT_PCT 0.2

/* How uncertain an offset may be in `run_ns` of run time, in ns: half of `limit_pct`. Pure. */
double witness_doubt_max_ns(int64_t run_ns, double limit_pct);

/* The CPU time of one thread over a window, by both witnesses. */
typedef struct {
    int64_t run_ns;        /* schedstat: time on a CPU */
    int64_t task_clock_ns; /* perf: time on a CPU */
    int64_t slices;        /* time slices: how often the thread got a CPU */
    int64_t sleeps;        /* how often it fell asleep by itself; at most `slices` */
} CpuTimes;

typedef struct {
    /* difference of perf from schedstat as counted; not finite without run time */
    double raw_pct;
    double offset_ns; /* correction per sleep; 0 if the offset is too uncertain */
    double pct;       /* the difference after that correction */
    bool agree;       /* within the limit */
} WitnessComparison;

/*
 * Compares the witnesses; they agree if they differ by at most `limit_pct`. The offset is corrected
 * for only if its uncertainty is at most half of that limit: its doubt for each sleep, and the
 * whole offset for each slice beyond the sleeps, as being preempted is another kind of switch.
 * Pure.
 */
WitnessComparison witness_compare(const CpuTimes *t, const SwitchOffset *offset, double limit_pct);

#endif

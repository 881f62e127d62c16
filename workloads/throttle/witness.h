/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two independent witnesses of a thread's run time, schedstat and perf's task clock: reading
 * both at one moment, and holding one against the other. docs/METHOD.md says where they differ.
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

/* What both witnesses said at one moment. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    SySchedstat sched;
    SyPerfReading perf;
    bool exact; /* the thread was asleep, so schedstat was current */
} WitnessReading;

/*
 * Reads both while the thread sleeps; if it was given a CPU between the two, again. Blocks until
 * `deadline_ns` (CLOCK_MONOTONIC) at most; a thread that does not sleep until then is read as it
 * is, with `exact` false. `poll_ns`: see sy_schedstat_read_asleep().
 */
bool witness_read(pid_t pid, pid_t tid, SyPerf *perf, int64_t deadline_ns, int64_t poll_ns,
                  WitnessReading *out, GError **error);

/* perf's task clock between two readings, in ns. Pure. */
int64_t witness_task_clock_ns(const WitnessReading *begin, const WitnessReading *end);

/*
 * What schedstat counts more than perf does each time that a thread wakes up, runs and falls
 * asleep: they cut a time slice at different points of a context switch.
 */
typedef struct {
    double offset_ns; /* negative if perf counts more */
    double doubt_ns;  /* half the length of the offset's 95 % interval; INFINITY: not known */
} SwitchOffset;

/* The offset to be taken if it is not known: none, and INFINITY of doubt. */
#define SWITCH_OFFSET_UNKNOWN ((SwitchOffset){.doubt_ns = INFINITY})

/*
 * The offset from `n` cycles of sleeping and running, each with one time slice: its median.
 * `excess_ns` is what schedstat counted more than perf in each; `wakeup_ns`, the time from when
 * the sleep should have ended until the thread ran, by the clock, is the most that a switch can be
 * worth. Unknown with fewer than 8 cycles or if more. Pure.
 */
SwitchOffset switch_offset_estimate(const double *excess_ns, size_t n, double wakeup_ns);

/* schedstat and perf may differ by this much of each other, in %; beyond it neither is believed by
 * itself. */
#define WITNESS_LIMIT_PCT 0.2

/* What may be unsure about an offset for each `run_ns` of run time: half of `limit_pct`. Pure. */
double witness_doubt_max_ns(int64_t run_ns, double limit_pct);

/* What the witnesses said about one window of a thread. */
typedef struct {
    int64_t run_ns;        /* schedstat: on a CPU */
    int64_t task_clock_ns; /* perf: on a CPU */
    int64_t slices;        /* how often the thread was given a CPU */
    int64_t sleeps;        /* how often it fell asleep of itself; not more than `slices` */
} CpuTimes;

typedef struct {
    double raw_pct;   /* perf against schedstat as counted; not finite without run time */
    double offset_ns; /* what was taken off for each sleep; 0 if the offset is not sure enough */
    double pct;       /* perf against schedstat without that */
    bool agree;       /* within the limit */
} WitnessComparison;

/*
 * Holds the witnesses against each other; they agree if they differ by `limit_pct` at most. The
 * offset is taken off only if what is unsure about it comes to half of that at most: the doubt of
 * each sleep, and the whole offset for each slice beyond the sleeps, as being preempted is another
 * kind of switch. Pure.
 */
WitnessComparison witness_compare(const CpuTimes *t, const SwitchOffset *offset, double limit_pct);

#endif

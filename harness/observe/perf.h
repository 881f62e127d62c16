/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf events of one thread: CPU time always; cycles and instructions, split into host and guest,
 * where there is a PMU.
 *
 * The task clock and the scheduler's run time (schedstat) of one thread are not the same value.
 * perf starts and stops in the switch itself. The scheduler uses its run queue's clock, which it
 * does not update at a switch that a wake-up asked for (kernel/sched/core.c: wakeup_preempt() calls
 * rq_clock_skip_update()). So it charges the time from the wake-up to the switch to the thread that
 * runs next. That is some microseconds, more where the kernel is emulated, and any time at all if
 * the hypervisor stops the CPU in between. Besides, where the hypervisor reports steal time, perf
 * counts it and the scheduler does not. So compare them over few, long time slices, and read both
 * while the thread sleeps: schedstat, perf, schedstat again with unchanged timeslices.
 */
#ifndef SY_OBSERVE_PERF_H
#define SY_OBSERVE_PERF_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct SyPerf SyPerf;

typedef enum {
    SY_PERF_TASK_CLOCK,   /* CPU time of the thread, ns; includes its time in the guest */
    SY_PERF_CYCLES_HOST,  /* cycles outside the guest */
    SY_PERF_CYCLES_GUEST, /* cycles inside the guest */
    SY_PERF_INSTRUCTIONS_HOST,
    SY_PERF_INSTRUCTIONS_GUEST,
    SY_PERF_COUNTERS,
} SyPerfCounter;

typedef struct {
    bool available;
    bool scaled; /* it shared the PMU: `value` is the estimate raw * enabled / running */

    /* "n/a: ..." with cause and remedy if not available, else NULL; owned by the SyPerf. */
    const char *reason;

    uint64_t value;      /* since sy_perf_open(); ns for the task clock */
    uint64_t raw;        /* as counted */
    uint64_t enabled_ns; /* the thread's time with the counter enabled */
    uint64_t running_ns; /* its time with the counter on the PMU; less if that was shared */
} SyPerfCount;

typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC of the task clock's reading */
    SyPerfCount counts[SY_PERF_COUNTERS];
} SyPerfReading;

/*
 * Opens all counters on thread `tid` (of any process this user may observe); they count from here
 * on. The task clock must work: SY_ERROR_UNAVAILABLE with remedy if the kernel refuses it,
 * SY_ERROR_DIED if there is no such thread. The others may be missing, each with its reason. The
 * caller owns the result.
 */
SyPerf *sy_perf_open(pid_t tid, GError **error);

/*
 * Reads all counters. Current even while the thread runs on another CPU (the kernel asks that CPU),
 * so it costs an interrupt there. A counter that fails to read becomes unavailable; the task
 * clock's failure is SY_ERROR_IO.
 */
bool sy_perf_read(SyPerf *perf, SyPerfReading *out, GError **error);

/* Closes the counters; NULL is fine. */
void sy_perf_free(SyPerf *perf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPerf, sy_perf_free)

/* value = raw * enabled / running without overflow; raw if it ran all the time, 0 if it never ran.
 * Pure. */
uint64_t sy_perf_scale(uint64_t raw, uint64_t enabled_ns, uint64_t running_ns);

/* The "n/a: ..." text for an errno of perf_event_open(); `paranoid` is kernel.perf_event_paranoid.
 * The caller frees. Pure. */
char *sy_perf_explain(int errno_value, int paranoid);

#endif

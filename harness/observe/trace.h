/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recording kernel events with trace-cmd into a trace.dat, by the monotonic clock.
 *
 * Every recording has a trace buffer of its own (an instance of tracefs, "steelyard-PID"), so that
 * nobody else's tracing is disturbed. trace-cmd and the recorders it forks, one per CPU, live under
 * a supervisor and die with steelyard; the buffer that a killed steelyard leaves is removed when the
 * next recording starts, by whomever.
 */
#ifndef SY_OBSERVE_TRACE_H
#define SY_OBSERVE_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SyTrace SyTrace;

/* The kernel's account of a recording, of all CPUs together. */
typedef struct {
    uint64_t kept; /* events that ought to be in the file */
    uint64_t lost; /* events for which the buffer had no room */
} SyTraceTally;

/*
 * The events in the comma list `text`, each as trace-cmd's -e takes it: a system ("kvm") or an
 * event of one ("sched:sched_switch"), with '*' and '?' as wildcards. "none" gives *events = NULL.
 * SY_ERROR_USAGE says what is wrong. The caller owns *events.
 */
bool sy_trace_parse(const char *text, GStrv *events, GError **error);

/*
 * Starts recording `events` (not empty) into `path`, which is replaced; trace-cmd's own words are
 * appended to `log_path`. Blocks until the kernel records, at most 60 s. Needs what the requirement
 * "ftrace" says. SY_ERROR_UNAVAILABLE: no trace-cmd, or the kernel refuses a buffer;
 * SY_ERROR_DIED: trace-cmd gave up, with its last words; SY_ERROR_TIMEOUT; SY_ERROR_CANCELLED. Main
 * thread only. The caller owns the result.
 */
SyTrace *sy_trace_start(const char *const *events, const char *path, const char *log_path,
                        GError **error);

/*
 * Stops recording at once, then waits until the file is complete, at most 120 s. Errors as above,
 * also if trace-cmd ended before. Once per recording.
 */
bool sy_trace_stop(SyTrace *trace, SyTraceTally *tally, GError **error);

/* Ends whatever still runs and removes the buffer; NULL is fine. Blocks for some ms. */
void sy_trace_free(SyTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyTrace, sy_trace_free)

/* Adds one CPU's statistics, the text of the kernel's per_cpu/cpuN/stats. Pure. */
void sy_trace_tally_add(SyTraceTally *tally, const char *stats);

#endif

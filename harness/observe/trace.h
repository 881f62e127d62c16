/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records kernel events with trace-cmd into a trace.dat, by CLOCK_MONOTONIC.
 *
 * Every recording has its own trace buffer (trace-buffer.h), so that it disturbs nobody else's
 * tracing. trace-cmd and the recorders it forks, one per CPU, run under a supervisor and die with
 * steelyard.
 */
#ifndef SY_OBSERVE_TRACE_H
#define SY_OBSERVE_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "observe/trace-buffer.h"

typedef struct SyTrace SyTrace;

/*
 * The events in the comma list `text`, each as trace-cmd's -e takes it: a system ("kvm") or an
 * event of one ("sched:sched_switch"), with '*' and '?' as wildcards. "none" gives *events = NULL.
 * SY_ERROR_USAGE says what is wrong. The caller owns *events.
 */
bool sy_trace_parse(const char *text, GStrv *events, GError **error);

/*
 * Starts recording `events` (not empty) into `path`, which is replaced; trace-cmd's messages are
 * appended to `log_path`. Blocks until the kernel records, at most 60 s. Needs the requirement
 * "ftrace". SY_ERROR_UNAVAILABLE: no trace-cmd, or the kernel refuses a buffer; SY_ERROR_DIED:
 * trace-cmd gave up, with its last messages; SY_ERROR_TIMEOUT; SY_ERROR_CANCELLED. Main thread
 * only. The caller owns the result.
 */
SyTrace *sy_trace_start(const char *const *events, const char *path, const char *log_path,
                        GError **error);

/*
 * Stops recording at once, then waits until the file is complete, at most 120 s. Errors as above,
 * also if trace-cmd ended earlier. Call it once.
 */
bool sy_trace_stop(SyTrace *trace, SyTraceTally *tally, GError **error);

/* Ends trace-cmd if it still runs and removes the buffer; NULL is fine. Blocks for some ms. */
void sy_trace_free(SyTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyTrace, sy_trace_free)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When were these threads on a CPU, what did the scheduler charge them for it, and which interrupts
 * came meanwhile? By CLOCK_MONOTONIC.
 *
 * The switches come from perf (perf-switches.h), the rest from trace events in a buffer of its own
 * (trace-buffer.h). The kernel filters: only events about these threads are recorded.
 */
#ifndef SY_OBSERVE_SCHED_TRACE_H
#define SY_OBSERVE_SCHED_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "observe/sched-event.h"

#define SY_SCHED_TRACE_THREADS_MAX 8

typedef struct SySchedTrace SySchedTrace;

/*
 * Starts recording `n` threads (at most SY_SCHED_TRACE_THREADS_MAX). Needs the requirement
 * "sched-events"; SY_ERROR_UNAVAILABLE with what the kernel refuses. Where tracefs is not mounted,
 * root gets a mount without a path (fsmount(2)): nothing on the host changes, and it goes away with
 * the process. Blocks for some ms. Main thread only. The caller owns the result.
 */
SySchedTrace *sy_sched_trace_start(const pid_t *tids, guint n, GError **error);

/*
 * Stops recording. Appends the events (SySchedEvent) to `events`, ordered by time; `*lost` is the
 * number of those for which a buffer had no room. Call it once.
 */
bool sy_sched_trace_stop(SySchedTrace *trace, GArray *events, uint64_t *lost, GError **error);

/* Removes the buffers; NULL is fine. */
void sy_sched_trace_free(SySchedTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SySchedTrace, sy_sched_trace_free)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records kernel events of all CPUs with perf, by CLOCK_MONOTONIC: for hosts that allow tracepoints
 * to perf but refuse them to trace-cmd (observe/trace.h). perf runs under a supervisor and dies
 * with steelyard.
 */
#ifndef SY_OBSERVE_PERF_RECORD_H
#define SY_OBSERVE_PERF_RECORD_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyPerfRecord SyPerfRecord;

/*
 * Starts recording `events` ("kvm:kvm_set_irq" ..., not empty) into `path`, which is replaced;
 * perf's messages are appended to `log_path`; both are absolute paths. During the start there are
 * two pipes beside `path`. Blocks until the kernel records, at most 60 s. Events of kvm need the
 * requirement "perf-kvm". SY_ERROR_UNAVAILABLE: no perf; SY_ERROR_DIED: perf gave up, with its last
 * message; SY_ERROR_TIMEOUT; SY_ERROR_IO; SY_ERROR_CANCELLED. Main thread only. The caller owns the
 * result.
 */
SyPerfRecord *sy_perf_record_start(const char *const *events, const char *path,
                                   const char *log_path, GError **error);

/* Stops recording and waits until the file is complete, at most 120 s. Errors as above, also if
 * perf ended earlier. Call it once. */
bool sy_perf_record_stop(SyPerfRecord *record, GError **error);

/* Ends perf if it still runs; NULL is fine. Blocks for some ms. */
void sy_perf_record_free(SyPerfRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPerfRecord, sy_perf_record_free)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recording kernel events with perf, on all CPUs, by the monotonic clock: for hosts that let perf
 * have tracepoints and trace-cmd (observe/trace.h) have none. perf lives under a supervisor and dies
 * with steelyard.
 */
#ifndef SY_OBSERVE_PERF_RECORD_H
#define SY_OBSERVE_PERF_RECORD_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyPerfRecord SyPerfRecord;

/*
 * Starts recording `events` ("kvm:kvm_set_irq" ..., not empty) into `path`, which is replaced;
 * perf's own words are appended to `log_path`; both are absolute paths. Makes two pipes beside
 * `path` for as long as it starts. Blocks until the kernel records, at most 60 s. Needs what the
 * requirement "perf-kvm" says for the events of kvm. SY_ERROR_UNAVAILABLE: no perf; SY_ERROR_DIED:
 * perf gave up, with its last words; SY_ERROR_TIMEOUT; SY_ERROR_IO; SY_ERROR_CANCELLED. Main thread
 * only. The caller owns the result.
 */
SyPerfRecord *sy_perf_record_start(const char *const *events, const char *path,
                                   const char *log_path, GError **error);

/* Stops recording and waits until the file is complete, at most 120 s. Errors as above, also if
 * perf ended before. Once per recording. */
bool sy_perf_record_stop(SyPerfRecord *record, GError **error);

/* Ends whatever still runs; NULL is fine. Blocks for some ms. */
void sy_perf_record_free(SyPerfRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPerfRecord, sy_perf_record_free)

#endif

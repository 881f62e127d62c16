/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records KVM's own trace events of its interrupts, by trace-cmd or by perf, while something is
 * measured. */
#ifndef SY_WORKLOADS_IRQ_KVM_TRACE_H
#define SY_WORKLOADS_IRQ_KVM_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct KvmTrace KvmTrace;

/*
 * Starts recording into the existing folder `dir`. `how` is "trace-cmd", "perf", or "auto":
 * trace-cmd where it is permitted, else perf. Errors of sy_trace_start() or sy_perf_record_start().
 * Main thread only. The caller owns the result.
 */
KvmTrace *kvm_trace_start(const char *how, const char *dir, GError **error);

/* Stops recording. Call it once. Blocks until the file is complete. */
bool kvm_trace_stop(KvmTrace *trace, GError **error);

/*
 * The recorded events, ascending by time; only after kvm_trace_stop(). *lost receives how many
 * events did not fit into the buffer. The caller frees the array of SyKvmEvent.
 */
GArray *kvm_trace_events(KvmTrace *trace, uint64_t *lost, GError **error);

/* Frees it, and stops it if it still records; the recorded file stays in its folder. NULL is
 * fine. */
void kvm_trace_free(KvmTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KvmTrace, kvm_trace_free)

#endif

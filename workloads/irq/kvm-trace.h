/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM's own account of its interrupts while something is measured, by trace-cmd or by perf. */
#ifndef SY_WORKLOADS_IRQ_KVM_TRACE_H
#define SY_WORKLOADS_IRQ_KVM_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct KvmTrace KvmTrace;

/*
 * Begins to record in the folder `dir`, which is to exist; `how` is "trace-cmd", "perf", or "auto":
 * trace-cmd where it is allowed. Errors of sy_trace_start() or sy_perf_record_start(). Main thread
 * only. The caller owns the result.
 */
KvmTrace *kvm_trace_start(const char *how, const char *dir, GError **error);

/* Stops recording. Once. */
bool kvm_trace_stop(KvmTrace *trace, GError **error);

/*
 * What it recorded, in the order of time, after the stop; *lost is how many events there was no
 * room for. The caller frees the array of SyKvmEvent.
 */
GArray *kvm_trace_events(KvmTrace *trace, uint64_t *lost, GError **error);

/* Ends it; what it recorded stays in its folder. NULL is fine. */
void kvm_trace_free(KvmTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KvmTrace, kvm_trace_free)

#endif

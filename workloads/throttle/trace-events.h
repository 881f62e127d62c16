/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's trace events of a running QEMU, read as they come and sorted into the periods of
 * each vCPU. */
#ifndef SY_WORKLOADS_THROTTLE_TRACE_EVENTS_H
#define SY_WORKLOADS_THROTTLE_TRACE_EVENTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "observe/qemu-trace.h"
#include "vm/vm.h"
#include "workloads/throttle/periods.h"

/* For SyVmConfig.trace_events: every throttle event of a vCPU, and the fewest that periods need
 * (192 bytes of trace per period). */
extern const char *const throttle_trace_all[];
extern const char *const throttle_trace_few[];

/*
 * Parses a trace record as a throttle event. False for any other event; false with `error`
 * (SY_ERROR_PROTOCOL) for a throttle event in an unknown form. Pure.
 */
bool throttle_event_parse(const SyQemuTraceRecord *record, ThrottleEvent *event, GError **error);

typedef struct ThrottleTrace ThrottleTrace;

/* Opens the trace of `vm`, which must outlive the result, for `vcpus` vCPUs with these settings.
 * The caller owns the result. */
ThrottleTrace *throttle_trace_open(SyVm *vm, guint vcpus, int64_t quota_ns, int64_t period_ns,
                                   GError **error);

/* Reads what QEMU has written so far. Blocks only to read. */
bool throttle_trace_take(ThrottleTrace *t, GError **error);

/*
 * Makes QEMU write out its trace until every vCPU has an event after `time_ns`, so that everything
 * before has been read. Blocks until `deadline_ns` at most; then SY_ERROR_TIMEOUT names the vCPU
 * without one.
 */
bool throttle_trace_take_until(ThrottleTrace *t, int64_t time_ns, int64_t deadline_ns,
                               GError **error);

/* The periods of vCPU number `vcpu` (its cpu-index); owned by `t`. */
const Periods *throttle_trace_periods(const ThrottleTrace *t, guint vcpu);

/* Records that did not fit into QEMU's buffer, and the length of the trace so far in bytes. */
uint64_t throttle_trace_lost(const ThrottleTrace *t);
uint64_t throttle_trace_bytes(const ThrottleTrace *t);

/* NULL is fine. */
void throttle_trace_free(ThrottleTrace *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ThrottleTrace, throttle_trace_free)

#endif

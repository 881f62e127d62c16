/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads KVM's trace events about interrupts from a perf recording (observe/perf-record.h). */
#ifndef SY_OBSERVE_KVM_SCRIPT_H
#define SY_OBSERVE_KVM_SCRIPT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "observe/kvm-events.h"

typedef enum {
    SY_KVM_SCRIPT_EVENT, /* one of SyKvmKind */
    SY_KVM_SCRIPT_LOST,  /* perf lost events */
    SY_KVM_SCRIPT_OTHER, /* an event of no interest, or an empty line */
    SY_KVM_SCRIPT_BAD,   /* not a line of perf script */
} SyKvmScriptLine;

/*
 * Reads one line (without its newline) of `perf script --ns -F tid,cpu,time,event,trace
 * --show-lost-events`, with fields as the kernel prints them (arch/x86/kvm/trace.h,
 * include/trace/events/kvm.h). Fills *event, or *lost with the number of lost events. Pure.
 */
SyKvmScriptLine sy_kvm_script_line(const char *line, SyKvmEvent *event, uint64_t *lost);

/*
 * The events of these kinds in perf's file `path`, sorted by time, and how many perf lost. Runs
 * `perf script` for at most 300 s; its text is in `path`.txt meanwhile. SY_ERROR_PROTOCOL names a
 * line that is malformed; SY_ERROR_DIED, SY_ERROR_TIMEOUT and SY_ERROR_UNAVAILABLE are perf's. Main
 * thread only. The caller frees the array of SyKvmEvent.
 */
GArray *sy_kvm_script_read(const char *path, uint64_t *lost, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM's trace events about interrupts, out of what perf recorded (observe/perf-record.h). */
#ifndef SY_OBSERVE_KVM_SCRIPT_H
#define SY_OBSERVE_KVM_SCRIPT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "observe/kvm-events.h"

typedef enum {
    SY_KVM_SCRIPT_EVENT, /* one of SyKvmKind */
    SY_KVM_SCRIPT_LOST,  /* perf says that it lost some */
    SY_KVM_SCRIPT_OTHER, /* an event that does not count, or an empty line */
    SY_KVM_SCRIPT_BAD,   /* no line of perf script's */
} SyKvmScriptLine;

/*
 * What one line of `perf script --ns -F tid,cpu,time,event,trace --show-lost-events` says, without
 * its end; fields as the kernel prints them (arch/x86/kvm/trace.h, include/trace/events/kvm.h).
 * Fills *event, or *lost with how many. Pure.
 */
SyKvmScriptLine sy_kvm_script_line(const char *line, SyKvmEvent *event, uint64_t *lost);

/*
 * The events of these kinds in perf's file `path`, in the order of time, and how many perf lost.
 * Runs `perf script`, at most 300 s; its text is in `path`.txt meanwhile. SY_ERROR_PROTOCOL names
 * the line that it does not understand; SY_ERROR_DIED, SY_ERROR_TIMEOUT, SY_ERROR_UNAVAILABLE about
 * perf. Main thread only. The caller frees the array of SyKvmEvent.
 */
GArray *sy_kvm_script_read(const char *path, uint64_t *lost, GError **error);

#endif

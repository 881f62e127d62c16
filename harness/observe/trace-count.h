/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts how often each event occurs in a trace.dat, with trace-cmd's own library. */
#ifndef SY_OBSERVE_TRACE_COUNT_H
#define SY_OBSERVE_TRACE_COUNT_H

#include <glib.h>
#include <stdint.h>

typedef struct {
    char *name; /* "kvm:kvm_exit": system and event */
    uint64_t count;
} SyTraceEvent;

/* A copy of `name` with its count; the caller frees. */
SyTraceEvent *sy_trace_event_new(const char *name, uint64_t count);
void sy_trace_event_free(SyTraceEvent *event);

/*
 * Counts the events of all CPUs and buffers in the trace.dat `path`: an array of SyTraceEvent*,
 * sorted by name, without those that never occurred. Memory use does not grow with the trace.
 * Blocks while a child process reads the file. SY_ERROR_PROTOCOL if it is not a complete trace.dat.
 * The caller owns the array.
 */
GPtrArray *sy_trace_count(const char *path, GError **error);

#endif

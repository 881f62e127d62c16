/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace buffer of the kernel for one recording: an instance of tracefs, "steelyard-PID" or
 * "steelyard-KIND-PID", so that nobody else's tracing is disturbed. The buffer that a killed
 * steelyard leaves is removed when any steelyard makes the next one.
 */
#ifndef SY_OBSERVE_TRACE_BUFFER_H
#define SY_OBSERVE_TRACE_BUFFER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct tracefs_instance;

typedef struct SyTraceBuffer SyTraceBuffer;

/* The kernel's counts for a recording, all CPUs together. */
typedef struct {
    uint64_t kept; /* events that must be in the file */
    uint64_t lost; /* events for which the buffer had no room */
} SyTraceTally;

/*
 * Makes a buffer that is switched off. `kind` is "" or a word that tells buffers of one process
 * apart. SY_ERROR_UNAVAILABLE if the kernel refuses it. The caller owns the result.
 */
SyTraceBuffer *sy_trace_buffer_new(const char *kind, GError **error);

/* For libtracefs; owned by the buffer. */
struct tracefs_instance *sy_trace_buffer_instance(const SyTraceBuffer *buffer);

/* Counts the buffer's events. SY_ERROR_UNAVAILABLE where lost ones would go unnoticed. */
bool sy_trace_buffer_tally(const SyTraceBuffer *buffer, SyTraceTally *tally, GError **error);

/* Switches the buffer off and removes it; NULL is fine. */
void sy_trace_buffer_free(SyTraceBuffer *buffer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyTraceBuffer, sy_trace_buffer_free)

/* Adds one CPU's counts from the text of the kernel's per_cpu/cpuN/stats. Pure. */
void sy_trace_tally_add(SyTraceTally *tally, const char *stats);

#endif

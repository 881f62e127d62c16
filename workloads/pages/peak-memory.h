/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a process uses, and how much that grew at its peak. */
#ifndef SY_WORKLOADS_PAGES_PEAK_MEMORY_H
#define SY_WORKLOADS_PAGES_PEAK_MEMORY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    double now_bytes; /* resident, counted page by page (/proc/PID/smaps_rollup) */
    /* most since peak_memory_reset(), by the kernel's running count (VmHWM), which lags by up to 64
     * pages per CPU */
    double peak_bytes;
    double faults; /* page faults of the main thread so far */
} PeakMemory;

/* Resets the peak of `pid` (/proc/PID/clear_refs). SY_ERROR_IO. */
bool peak_memory_reset(pid_t pid, GError **error);

bool peak_memory_read(pid_t pid, PeakMemory *memory, GError **error);

/*
 * Largest possible growth of the process between two readings, if only its main thread worked: the
 * growth of the peak, or the pages that thread got if they are more. The first misses small pieces,
 * the second counts a huge page as one. Pure.
 */
double peak_memory_growth(const PeakMemory *before, const PeakMemory *after);

/* Parses smaps_rollup, status and stat; false if a field is missing. Pure. */
bool peak_memory_parse(const char *rollup, const char *status, const char *stat,
                       PeakMemory *memory);

#endif

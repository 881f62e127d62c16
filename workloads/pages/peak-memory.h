/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a process has, and by how much that grew at most. */
#ifndef SY_WORKLOADS_PAGES_PEAK_MEMORY_H
#define SY_WORKLOADS_PAGES_PEAK_MEMORY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    double now_bytes;  /* resident, counted page by page (/proc/PID/smaps_rollup) */
    double peak_bytes; /* most since peak_memory_reset(), by the kernel's running count (VmHWM),
                          which lags behind by up to 64 pages for each CPU */
    double faults;     /* pages that the main thread was given so far */
} PeakMemory;

/* Forgets the peak of `pid` (/proc/PID/clear_refs). SY_ERROR_IO. */
bool peak_memory_reset(pid_t pid, GError **error);

bool peak_memory_read(pid_t pid, PeakMemory *memory, GError **error);

/*
 * Most that the process can have grown by between two readings, while it was the main thread that
 * worked: what the peak says, or the pages that thread was given if they are more. The one misses
 * little pieces, the other counts a huge page as one. Pure.
 */
double peak_memory_growth(const PeakMemory *before, const PeakMemory *after);

/* The fields from the texts of smaps_rollup, status and stat; false if one is missing. Pure. */
bool peak_memory_parse(const char *rollup, const char *status, const char *stat,
                       PeakMemory *memory);

#endif

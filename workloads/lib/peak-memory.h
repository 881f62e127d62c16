/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a process has, and has had at most since it was last asked to forget. */
#ifndef SY_WORKLOADS_LIB_PEAK_MEMORY_H
#define SY_WORKLOADS_LIB_PEAK_MEMORY_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Resident memory, bytes (/proc/PID/status, VmRSS and VmHWM). */
typedef struct {
    double now;
    double peak;
} PeakMemory;

/* Forgets the peak of `pid` (/proc/PID/clear_refs). SY_ERROR_IO. */
bool peak_memory_reset(pid_t pid, GError **error);

bool peak_memory_read(pid_t pid, PeakMemory *memory, GError **error);

/* The same from the text of /proc/PID/status; false if a field is missing. Pure. */
bool peak_memory_parse(const char *status, PeakMemory *memory);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often one thread left its CPU, and why. */
#ifndef SY_HOST_SWITCHES_H
#define SY_HOST_SWITCHES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    uint64_t voluntary;   /* it fell asleep, or was stopped by a signal */
    uint64_t involuntary; /* it was preempted, or its control group's quota ran out */
} SySwitches;

/* Reads both from the text of /proc/PID/task/TID/status (proc(5)). False if one is missing.
 * Pure. */
bool sy_switches_parse(const char *text, SySwitches *out);

/* Reads those of thread `tid` of process `pid`. Does not block. SY_ERROR_DIED: no such thread;
 * SY_ERROR_PROTOCOL: the kernel does not count them. */
bool sy_switches_read(pid_t pid, pid_t tid, SySwitches *out, GError **error);

#endif

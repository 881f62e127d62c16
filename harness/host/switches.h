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
    uint64_t involuntary; /* preempted, or its control group's quota had run out */
} SySwitches;

/* Takes both from the text of a /proc/PID/task/TID/status (proc(5)). False if one is missing. Pure.
 */
bool sy_switches_parse(const char *text, SySwitches *out);

/* Reads them of thread `tid` of process `pid`. Does not block. SY_ERROR_DIED: no such thread;
 * SY_ERROR_PROTOCOL: a kernel that does not say. */
bool sy_switches_read(pid_t pid, pid_t tid, SySwitches *out, GError **error);

#endif

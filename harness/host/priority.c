/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/priority.h"

#include <errno.h>
#include <glib.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/*
 * Why the real-time class: the thread sleeps nearly all the time, and when its moment comes it must
 * not queue behind CPU hogs of its own rank. Priority 1 is the lowest there is above them.
 * SCHED_RESET_ON_FORK keeps QEMU and stress-ng, which this thread starts, at the rank they are to
 * be measured at.
 */
char *sy_priority_raise(void)
{
    const struct sched_param fifo = {.sched_priority = 1}, other = {.sched_priority = 0};
    const char *refused;

    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo) == 0) {
        return g_strdup("SCHED_FIFO 1");
    }
    refused = g_strerror(errno);
    sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &other);
    /* RLIMIT_NICE may allow a part of the way; setpriority on Linux is per thread. */
    for (int nice_value = -20; nice_value < 0; nice_value++) {
        if (setpriority(PRIO_PROCESS, (id_t)gettid(), nice_value) == 0) {
            return g_strdup_printf("nice %d", nice_value);
        }
    }
    return g_strdup_printf("ordinary (%s)", refused);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lets the measuring thread wake up on time although the load it measures fills every CPU. */
#ifndef SY_HOST_PRIORITY_H
#define SY_HOST_PRIORITY_H

/*
 * Raises the calling thread as far as this user may: SCHED_FIFO 1, else the lowest nice value, else
 * nothing. What it starts afterwards runs at the ordinary priority again (SCHED_RESET_ON_FORK).
 * Returns what it got, for reports: "SCHED_FIFO 1", "nice -20", "ordinary (Operation not
 * permitted)"; the caller frees. Never fails.
 */
char *sy_priority_raise(void);

#endif

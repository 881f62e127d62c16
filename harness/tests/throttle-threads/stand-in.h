/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Controls for the stand-ins, and their counters. */
#ifndef THROTTLE_THREADS_STAND_IN_H
#define THROTTLE_THREADS_STAND_IN_H

#include <stdbool.h>

/* This thread's calls of timer_create() fail with EAGAIN while it is set. */
extern __thread bool stand_in_no_timers;

/* Timers that exist now, and all that were ever made. */
unsigned stand_in_timers(void);
unsigned stand_in_timers_made(void);

/* vCPUs for which pthread_getcpuclockid() fails, so that the throttle takes the fallback clock. */
bool stand_in_lacks_cpu_clock(int cpu_index);

#endif

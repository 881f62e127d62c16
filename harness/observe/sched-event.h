/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened to a thread: it got a CPU or left it, was charged for it, was interrupted. */
#ifndef SY_OBSERVE_SCHED_EVENT_H
#define SY_OBSERVE_SCHED_EVENT_H

#include <stdint.h>
#include <sys/types.h>

typedef enum {
    SY_SCHED_IN,        /* the switch to the thread is over: it runs */
    SY_SCHED_OUT,       /* the switch away from it begins */
    SY_SCHED_CHARGE,    /* the scheduler added `value` ns to its run time */
    SY_SCHED_IRQ_ENTRY, /* an interrupt or softirq begins on top of it */
    SY_SCHED_IRQ_EXIT,
} SySchedEventKind;

typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    int64_t value;   /* see the kind; else 0 */
    pid_t tid;
    SySchedEventKind kind;
} SySchedEvent;

#endif

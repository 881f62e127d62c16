/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose fault is a missing share? What a throttled vCPU should have got, what the scheduler offered
 * it, and how much of what is missing the host withheld. Pure; docs/METHOD.md gives the reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_STARVATION_H
#define SY_WORKLOADS_THROTTLE_STARVATION_H

#include <stdbool.h>
#include <stdint.h>

/* A share that is off by more than this of its target, in %, has to be explained. */
#define STARVED_LIMIT_PCT 0.5

/* What is known about one vCPU's window. The guest wants to run all the time. */
typedef struct {
    int64_t wall_ns;
    int64_t run_ns;      /* schedstat: on a CPU */
    int64_t delay_ns;    /* schedstat: runnable without a CPU */
    int64_t unusable_ns; /* the throttle's books: quota granted that went unused, see
                            starvation_unusable_ns() */
    double target;       /* fraction of a CPU */
} StarvationInput;

typedef struct {
    double share;       /* of a CPU: what it got */
    double offered;     /* of a CPU: what the scheduler would have given it had it always run */
    double expected;    /* of a CPU: the lesser of target and offered */
    double starved_pct; /* part of the target that the host withheld, %; 0 if nothing is missing */
    bool starved;       /* more than STARVED_LIMIT_PCT is missing, and the host withheld it */
} Starvation;

/*
 * The scheduler offered what the thread got of the time in which it wanted a CPU:
 * run / (run + delay); all of it to a thread that never asked. What is missing was withheld as far
 * as both witnesses say so: the scheduler that the thread stood in the run queue that long, and the
 * throttle that it granted that much which was not used. Missing time that one of them knows
 * nothing of is the throttle's error, whatever else the host is short of.
 */
Starvation starvation_judge(const StarvationInput *in);

/*
 * Quota that a vCPU which always wants to run could not use: what was forfeited meanwhile, and
 * credit beyond one quota at the end, which is carried over from earlier periods.
 */
int64_t starvation_unusable_ns(int64_t forfeited_ns, int64_t credit_end_ns, int64_t quota_ns);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose fault is a missing share? What a throttled vCPU should have got, what the scheduler offered
 * it, and how much of what it lacks the host withheld. Pure; docs/METHOD.md gives the reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_STARVATION_H
#define SY_WORKLOADS_THROTTLE_STARVATION_H

#include <stdbool.h>
#include <stdint.h>

/* A share that is off by more than this, in % of its target, must be explained. */
#define STARVED_LIMIT_PCT 0.5

/* What is known about one vCPU's window. The guest wants to run all the time. */
typedef struct {
    int64_t wall_ns;
    int64_t run_ns;   /* schedstat: time on a CPU */
    int64_t delay_ns; /* schedstat: time runnable without a CPU */
    /* the throttle's books: quota granted but not used, see starvation_unusable_ns() */
    int64_t unusable_ns;
    double target; /* fraction of a CPU */
} StarvationInput;

typedef struct {
    double share; /* what it got, fraction of a CPU */
    /* what the scheduler would have given it had it always run, fraction of a CPU */
    double offered;
    double expected;    /* the smaller of target and offered */
    double starved_pct; /* part of the target that the host withheld, %; 0 if nothing is missing */
    bool starved;       /* more than STARVED_LIMIT_PCT is missing, and the host withheld it */
} Starvation;

/*
 * The scheduler offered what the thread got in the time in which it wanted a CPU: run / (run +
 * delay); everything to a thread that never asked. The host withheld what both witnesses confirm:
 * the scheduler says how long the thread waited in the run queue, the throttle how much granted
 * quota went unused. Missing time that one of them does not confirm is the throttle's error,
 * however busy the host was.
 */
Starvation starvation_judge(const StarvationInput *in);

/*
 * Quota that a vCPU which always wants to run could not use: what was forfeited meanwhile, and
 * credit beyond one quota at the end, which comes from earlier periods.
 */
int64_t starvation_unusable_ns(int64_t forfeited_ns, int64_t credit_end_ns, int64_t quota_ns);

#endif

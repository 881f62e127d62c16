/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vCPU that a limiter does not let run although it has quota. From a distance it looks like one
 * that the host starved; but who sleeps asks for no CPU, and who uses CPU time was given it. So
 * neither is the host's doing. docs/METHOD.md gives the reasons.
 */
#ifndef SY_WORKLOADS_THROTTLE_STALL_H
#define SY_WORKLOADS_THROTTLE_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "run/case.h"

/* What is known of one vCPU whose guest wants to run all the time, over several periods. */
typedef struct {
    int64_t wall_ns;
    int64_t run_ns;   /* schedstat: time on a CPU */
    int64_t delay_ns; /* schedstat: time runnable without a CPU */
    int64_t quota_ns; /* of one period */
    bool asleep;      /* it was asleep when the time began, and when it ended */
    bool worked;      /* its guest counted on */
} StallInput;

/*
 * True if the vCPU slept all the time, or used up a quota of CPU time and more while its guest did
 * nothing. A thread that is asleep at both ends and never got a CPU in between never asked for one:
 * it cannot fall asleep without running. Pure.
 */
bool stall_judge(const StallInput *in);

/* Notes as the evidence of a failed case how vCPU number `vcpu` stalled. */
void stall_note(SyCase *c, guint vcpu, const StallInput *in);

/* The metric that fails a case for it, in each workload that looks. A count; 0.5 allows none. */
#define STALL_METRIC "stalled_vcpus"
#define STALL_METRIC_SPEC                                                                          \
    {                                                                                              \
        .name = STALL_METRIC, .unit = "1", .better = SY_BETTER_LOWER, .gate = 0.5,                 \
        .summary = "vCPUs that slept all the time although they had quota, or used CPU time and "  \
                   "did no work"                                                                   \
    }

#endif

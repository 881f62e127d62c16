/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One repetition of a workload that holds a limited vCPU against what it should get: what it got,
 * how evenly, and whether the host had a hand in it. */
#ifndef SY_WORKLOADS_THROTTLE_LIMITED_VCPU_H
#define SY_WORKLOADS_THROTTLE_LIMITED_VCPU_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/cgroup.h"
#include "host/contention.h"
#include "run/case.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/throttle/sampler.h"

/* The vCPU and what limits it; every pointer is borrowed. */
typedef struct {
    SpinVm *spin;                /* its first vCPU is watched */
    SyPerf *perf;                /* of that vCPU's thread */
    SyContention *load;          /* NULL: none */
    const SyCgroup *cgroup;      /* that the thread is in; NULL: none */
    int64_t quota_ns, period_ns; /* what it should get */
    int64_t windows;             /* whole periods to watch */
} LimitedVcpu;

typedef struct {
    Sampling sampling;
    WitnessComparison witnesses;
    double witness_limit_pct; /* what they may differ by: more than WITNESS_LIMIT_PCT if it was
                                 switched out against its will often */
    SyCgroupStat stat;        /* in the sampling's span; 0 without a group */
    double share, target;     /* fractions of one CPU */
    double error_pct;         /* 100 * (share / target - 1) */
    double queued_pct;        /* schedstat's run delay, of wall time */
    double delay_pct;         /* the same less what the group withheld */
    double starved_pct;       /* part of the target that the host withheld, %; 0 unless starved */
    double work_per_cpu_s;    /* iterations of the guest per second of CPU time; 0: none */
} LimitedVcpuResult;

/* Takes all of it. Blocks for the windows, some periods more, and twenty cycles of the twin
 * (switch-offset.h). Main thread. */
bool limited_vcpu_measure(const LimitedVcpu *limited, LimitedVcpuResult *out, GError **error);

/* Says (sy_case_inconclusive()) what speaks against this repetition, if anything does. */
void limited_vcpu_doubt(SyCase *c, const LimitedVcpu *limited, const LimitedVcpuResult *r);

#endif

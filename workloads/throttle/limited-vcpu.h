/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One repetition of a workload that compares a limited vCPU with what it should get: what it got,
 * how evenly, and whether the host interfered. */
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
#include "workloads/throttle/third-witness.h"

/* The vCPU and what limits it; every pointer is borrowed. */
typedef struct {
    SpinVm *spin;                /* its first vCPU is measured */
    SyPerf *perf;                /* counts that vCPU's thread */
    SyContention *load;          /* NULL: none */
    const SyCgroup *cgroup;      /* the one that the thread is in; NULL: none */
    int64_t quota_ns, period_ns; /* the target */
    int64_t windows;             /* whole periods to measure */
} LimitedVcpu;

typedef struct {
    Sampling sampling;
    WitnessComparison witnesses;
    /* how far the witnesses may differ, in %: more than WITNESS_LIMIT_PCT if the vCPU was often
     * preempted */
    double witness_limit_pct;
    ThirdWitness third;   /* of a repetition in which the two disagree; else empty */
    SyCgroupStat stat;    /* over the span of the sampling; all 0 without a group */
    double share, target; /* fractions of one CPU */
    double error_pct;     /* 100 * (share / target - 1) */
    double queued_pct;    /* schedstat's run delay in % of wall time */
    double delay_pct;     /* the same without what the control group withheld */
    /* part of the target that the host withheld, %; 0 unless the vCPU was starved */
    double starved_pct;
    double work_per_cpu_s; /* iterations of the guest's loop per CPU second; 0: none */
} LimitedVcpuResult;

/* Measures one repetition of case `c`. Blocks for the windows, a few periods more, and twenty
 * cycles of the twin (switch-offset.h). Main thread only. Call limited_vcpu_result_clear() whatever
 * is returned. */
bool limited_vcpu_measure(const SyCase *c, const LimitedVcpu *limited, LimitedVcpuResult *out,
                          GError **error);

void limited_vcpu_result_clear(LimitedVcpuResult *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LimitedVcpuResult, limited_vcpu_result_clear)

/* Records whether the vCPU stalled (stall.h). If not, calls sy_case_inconclusive() with the reason
 * if this repetition cannot be judged. Notes what the third witness found. */
void limited_vcpu_judge(SyCase *c, const LimitedVcpu *limited, const LimitedVcpuResult *r);

#endif

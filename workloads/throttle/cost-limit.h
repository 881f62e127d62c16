/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a limit costs the guest: in one VM, the throttle is switched on and off in turn. Two VMs
 * would differ in memory and caches as well.
 */
#ifndef SY_WORKLOADS_THROTTLE_COST_LIMIT_H
#define SY_WORKLOADS_THROTTLE_COST_LIMIT_H

#include <glib.h>
#include <stdbool.h>

#include "observe/perf.h"
#include "workloads/lib/abba.h"
#include "workloads/lib/spin-vm.h"

/* A: without the limit, B: under it. B's phases are adjacent, and a steady drift cancels. */
#define COST_LIMIT_ORDER "ABBA"
#define COST_LIMIT_PHASES (sizeof(COST_LIMIT_ORDER) - 1)

typedef struct {
    SpinVm spin;
    SyPerf *perf;
    int64_t quota_ns, period_ns;
    int64_t phase_cpu_ns; /* CPU time of a phase, with the limit and without */
} CostLimit;

/* One round of phases, with CPU time by each witness. */
typedef struct {
    AbbaPhase by_schedstat[COST_LIMIT_PHASES], by_perf[COST_LIMIT_PHASES];
    int64_t expiries, periods; /* counted by the throttle in B's phases */
    bool exact;                /* the vCPU was stopped at every reading */
} CostRound;

/*
 * Starts the VM, on the CPUs `pin` (NULL: any), and lets it run under the limit for a while. Set
 * the three times before. Call cost_limit_stop() whatever is returned.
 */
bool cost_limit_start(CostLimit *l, const SyCase *c, const char *pin, GError **error);

/* Blocks for about 2 * phase_cpu_ns * (1 + period / quota). */
bool cost_limit_round(CostLimit *l, CostRound *out, GError **error);

void cost_limit_stop(CostLimit *l);

#endif

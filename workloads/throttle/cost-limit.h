/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a limit costs the guest: one VM, the throttle set and lifted in turn. Two VMs would differ
 * in memory and caches as well.
 */
#ifndef SY_WORKLOADS_THROTTLE_COST_LIMIT_H
#define SY_WORKLOADS_THROTTLE_COST_LIMIT_H

#include <glib.h>
#include <stdbool.h>

#include "observe/perf.h"
#include "workloads/lib/abba.h"
#include "workloads/lib/spin-vm.h"

/* A: without the limit, B: under it. B's phases follow on one another, and what drifts steadily
 * cancels. */
#define COST_LIMIT_ORDER "ABBA"
#define COST_LIMIT_PHASES (sizeof(COST_LIMIT_ORDER) - 1)

typedef struct {
    SpinVm spin;
    SyPerf *perf;
    int64_t quota_ns, period_ns;
    int64_t phase_cpu_ns; /* CPU time of a phase, with the limit and without */
} CostLimit;

/* One round of phases, by either witness of CPU time. */
typedef struct {
    AbbaPhase by_schedstat[COST_LIMIT_PHASES], by_perf[COST_LIMIT_PHASES];
    int64_t expiries, periods; /* the throttle's own count in B's phases */
    bool exact;                /* the vCPU stood still at every reading */
} CostRound;

/*
 * Starts the VM, on the CPUs `pin` (NULL: any), and lets it run under the limit for a while. The
 * three times are to be set before. cost_limit_stop() is due whatever is returned.
 */
bool cost_limit_start(CostLimit *l, const SyCase *c, const char *pin, GError **error);

/* Blocks for about 2 * phase_cpu_ns * (1 + period / quota). */
bool cost_limit_round(CostLimit *l, CostRound *out, GError **error);

void cost_limit_stop(CostLimit *l);

#endif

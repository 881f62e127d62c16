/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a limit costs the guest: in one VM, the throttle is switched on and off from phase to phase.
 * Two VMs would differ in memory and caches as well.
 *
 * A phase under the limit holds `periods` whole periods, and an eighth of a quota more: so it ends
 * while the vCPU runs, as a phase without the limit does, and stopping it costs the same in both.
 * A phase without the limit uses the same CPU time. Before each phase the limit is lifted and then
 * set, or lifted again, so that all begin alike: no credit, no debt, and the same commands.
 */
#ifndef SY_WORKLOADS_THROTTLE_COST_LIMIT_H
#define SY_WORKLOADS_THROTTLE_COST_LIMIT_H

#include <glib.h>
#include <stdbool.h>

#include "observe/perf.h"
#include "workloads/lib/rounds.h"
#include "workloads/lib/spin-phase.h"
#include "workloads/lib/spin-vm.h"

typedef struct {
    SpinVm spin;
    SyPerf *perf;
    SpinRest rest;
    int64_t quota_ns, period_ns;
    guint periods; /* of a phase under the limit */
} CostLimit;

/* Rounds with CPU time by each witness; `events` are quota expiries. */
typedef struct {
    Rounds by_schedstat, by_perf;
    uint64_t periods;  /* counted by the throttle in the phases under the limit */
    double others_pct; /* CPU time of other processes meanwhile, in % of one CPU; rough */
} CostRounds;

/*
 * Starts the VM, on the CPUs `pin` (NULL: any), and lets it run under the limit for a while. Set
 * quota, period and `periods` before. Call cost_limit_stop() whatever is returned.
 */
bool cost_limit_start(CostLimit *l, const SyCase *c, const char *pin, GError **error);

/* Takes `n` rounds; blocks for about n * periods * (quota_ns + period_ns). A round in which the
 * quota did not expire is spoiled. */
bool cost_limit_rounds(CostLimit *l, guint n, unsigned long seed, CostRounds *out, GError **error);

void cost_limit_stop(CostLimit *l);

#endif

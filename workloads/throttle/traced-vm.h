/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM of throttled, busy vCPUs whose throttle is traced, and what two witnesses, the trace and
 * schedstat, say about a span of whole periods.
 */
#ifndef SY_WORKLOADS_THROTTLE_TRACED_VM_H
#define SY_WORKLOADS_THROTTLE_TRACED_VM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/contention.h"
#include "host/schedstat.h"
#include "run/case.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/throttle/trace-events.h"

#define TRACED_VCPUS_MAX 8

typedef struct {
    SpinVm spin;
    ThrottleTrace *trace;
    SyContention *load; /* NULL: idle */
    int64_t quota_ns, period_ns;
    guint vcpus;
} TracedVm;

/* Entries for a parameter table. */
#define TRACED_PARAM_PERIOD                                                                        \
    {                                                                                              \
        .name = "period_ms", .type = SY_PARAM_DOUBLE, .value = "20", .min = 1, .max = 1000,        \
        .key = true, .summary = "the throttle's period"                                            \
    }
#define TRACED_PARAM_VCPUS                                                                         \
    {                                                                                              \
        .name = "vcpus", .type = SY_PARAM_INT, .value = "1", .min = 1, .max = TRACED_VCPUS_MAX,    \
        .summary = "number of vCPUs; each gets that share of a CPU"                                \
    }

/*
 * Starts the VM with the case's `vcpus` and `period_ms`, traces `events`, gives each vCPU
 * `ratio_pct` of a CPU, and waits until that has settled. Call traced_vm_stop() whatever is
 * returned.
 */
bool traced_vm_start(TracedVm *t, const SyCase *c, const char *const *events, double ratio_pct,
                     GError **error);
void traced_vm_stop(TracedVm *t);

/* The thread of vCPU number `vcpu`. */
pid_t traced_vm_thread(const TracedVm *t, guint vcpu);

/* schedstat of a vCPU; `exact`: it was asleep then. */
typedef struct {
    SySchedstat sched;
    int64_t when_ns;
    bool exact;
} TracedReading;

/* Reads every vCPU while it sleeps. Blocks for at most 20 periods or 200 ms, whichever is
 * longer, for each. */
bool traced_vm_read(const TracedVm *t, TracedReading *readings, GError **error);

/*
 * Records how many vCPUs stalled between two readings (stall.h). True if any did: then the trace
 * does not go on, and there is nothing else to measure.
 */
bool traced_vm_stalled(SyCase *c, const TracedVm *t, const TracedReading *begin,
                       const TracedReading *end);

/* Waits until the trace holds everything before `until_ns`, with the periods that were under
 * way. */
bool traced_vm_take(TracedVm *t, int64_t until_ns, GError **error);

/* One vCPU between two readings. Times in ns. */
typedef struct {
    PeriodsSpan span;
    int64_t wall_ns;  /* length of the span, by the clock */
    int64_t used_ns;  /* CPU time by the trace */
    int64_t run_ns;   /* CPU time by schedstat */
    int64_t delay_ns; /* run delay by schedstat */
    int64_t bound_ns; /* how far used_ns and run_ns may differ */
    /* both readings found the vCPU asleep with its quota used up; else only run_ns, delay_ns and
     * wall_ns (between the readings) are set */
    bool whole;
    double share;       /* run time over wall time */
    double starved_pct; /* part of the quota that the host withheld, %; 0 unless starved */
} TracedSpan;

/*
 * What happened to vCPU number `vcpu` between `begin` and `end`. It was starved if it lacks more
 * than `starved_limit_pct` % of its quota, and the time it waited in the run queue would have made
 * up for that.
 */
TracedSpan traced_vm_span(const TracedVm *t, guint vcpu, const TracedReading *begin,
                          const TracedReading *end, double starved_limit_pct);

/* Calls sy_case_inconclusive() with the reason if this repetition cannot be judged. */
void traced_vm_doubt(SyCase *c, const TracedVm *t, guint vcpu, const TracedSpan *span);

/* How far the trace's CPU time is from schedstat's, in %; 0 if there is no whole span. */
double traced_span_disagreement_pct(const TracedSpan *span);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a spinning VM with one vCPU in phases, between moments at which it is stopped. While it is
 * stopped, the guest's count and the CPU time of its thread are exact and belong together, however
 * long reading them takes; of a running VM, one of them is older than the other.
 */
#ifndef SY_WORKLOADS_LIB_SPIN_PHASE_H
#define SY_WORKLOADS_LIB_SPIN_PHASE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/schedstat.h"
#include "observe/perf.h"
#include "workloads/lib/rounds.h"
#include "workloads/lib/spin-vm.h"

/* What is known of a stopped VM. */
typedef struct {
    SySchedstat sched;
    SyPerfReading perf;
    uint64_t count;
    bool exact; /* the vCPU's thread was asleep when it was read */
} SpinRest;

typedef struct {
    Phase by_schedstat; /* the guest's work, with CPU time by schedstat */
    Phase by_perf;      /* the same work, with CPU time by perf; no CPU time without perf */
} SpinPhase;

/*
 * Stops the VM (QMP stop) and reads it. `perf` counts the vCPU's thread; NULL: no second witness,
 * here and below.
 */
bool spin_phase_rest(SpinVm *spin, SyPerf *perf, SpinRest *rest, GError **error);

/*
 * Lets the VM, stopped since `rest`, run for `wall_ns`, stops it, and reads `rest` anew. The phase
 * holds what the thread did since the former reading: what stopping and resuming cost it, and what
 * it was asked for meanwhile. It is spoiled if the thread was not asleep at both readings.
 */
bool spin_phase(SpinVm *spin, SyPerf *perf, int64_t wall_ns, SpinRest *rest, SpinPhase *out,
                GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A spinning VM with one vCPU, run for a while between two moments at which it stands still. At
 * rest the guest's count and the CPU time of its thread are exact and belong together, however long
 * the reading takes; of a running VM either is older than the other.
 */
#ifndef SY_WORKLOADS_LIB_SPIN_PHASE_H
#define SY_WORKLOADS_LIB_SPIN_PHASE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "observe/perf.h"
#include "workloads/lib/abba.h"
#include "workloads/lib/spin-vm.h"

typedef struct {
    AbbaPhase by_schedstat; /* the guest's work in CPU time by schedstat */
    AbbaPhase by_perf;      /* the same work in CPU time by perf; all zero without perf */
    int64_t delay_ns;       /* schedstat: runnable without a CPU */
    bool exact;             /* the thread was asleep at both readings, as it should have been */
} SpinPhase;

/* Stops the VM's vCPU (QMP stop): spin_phase() begins with a stopped VM. */
bool spin_phase_rest(SpinVm *spin, GError **error);

/*
 * Lets the stopped VM run for `wall_ns` and stops it again. `perf` counts the vCPU's thread; NULL:
 * no second witness. What stopping and going on cost the thread is in it.
 */
bool spin_phase(SpinVm *spin, SyPerf *perf, int64_t wall_ns, SpinPhase *out, GError **error);

#endif

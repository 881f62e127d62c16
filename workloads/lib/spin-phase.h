/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a spinning VM with one vCPU for a while, between two moments at which it is stopped. While
 * it is stopped, the guest's count and the CPU time of its thread are exact and belong together,
 * however long reading them takes; of a running VM, one of them is older than the other.
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
    AbbaPhase by_schedstat; /* the guest's work, with CPU time by schedstat */
    AbbaPhase by_perf;      /* the same work, with CPU time by perf; all 0 without perf */
    int64_t delay_ns;       /* schedstat: runnable without a CPU */
    bool exact;             /* the thread was asleep at both readings, as expected */
} SpinPhase;

/* Stops the VM's vCPU (QMP stop); spin_phase() needs a stopped VM. */
bool spin_phase_rest(SpinVm *spin, GError **error);

/*
 * Lets the stopped VM run for `wall_ns` and stops it again. `perf` counts the vCPU's thread; NULL:
 * no second witness. The phase includes what stopping and resuming cost the thread.
 */
bool spin_phase(SpinVm *spin, SyPerf *perf, int64_t wall_ns, SpinPhase *out, GError **error);

#endif

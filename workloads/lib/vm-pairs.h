/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs of VMs with the mods and without (vm-exits.h), one after the other: what is recorded of
 * them, and whether this host could tell. */
#ifndef SY_WORKLOADS_LIB_VM_PAIRS_H
#define SY_WORKLOADS_LIB_VM_PAIRS_H

#include "run/case.h"
#include "workloads/lib/vm-exits.h"

/* Most pairs in a repetition. */
#define VM_PAIRS_MAX 100

/* What the figures are to tell, in %. A host whose interval reaches further to either side, or
 * whose own speed changes by more meanwhile, cannot. */
#define VM_PAIRS_RESOLUTION_PCT 1.0

/* Medians over the pairs. */
typedef struct {
    double ratio;         /* exits per second of CPU time, modded to stock */
    double modded, stock; /* the same by build, 1/s */
} VmPairs;

/*
 * Runs as many pairs as the case's parameter `pairs` says, and records exits_per_s_ratio, the 95 %
 * interval of that median (exits_ratio_ci_low, exits_ratio_ci_high) and exits_per_s, with the mods.
 * The repetition is inconclusive if a guest did not exit in most of its rounds (*measured is false
 * then, and nothing is recorded), was not seen at rest, or the interval is too wide. Errors as in
 * vm_exits_run_pair().
 */
bool vm_pairs_measure(VmExits *e, SyCase *c, VmPairs *out, bool *measured, GError **error);

#endif

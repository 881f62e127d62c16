/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs pairs of VMs with and without the mods (vm-exits.h), one after the other, records the
 * results, and says whether this host was steady enough to tell. */
#ifndef SY_WORKLOADS_LIB_VM_PAIRS_H
#define SY_WORKLOADS_LIB_VM_PAIRS_H

#include "run/case.h"
#include "workloads/lib/vm-exits.h"

/* Most pairs per repetition. */
#define VM_PAIRS_MAX 100

/* Resolution, in %: the case is inconclusive on a host whose interval is wider than this to either
 * side. */
#define VM_PAIRS_RESOLUTION_PCT 1.0

/* Medians over the pairs. */
typedef struct {
    double ratio;         /* exits per CPU second, modded divided by stock */
    double modded, stock; /* exits per CPU second of each build, 1/s */
} VmPairs;

/*
 * Runs as many pairs as the case's parameter `pairs` says, five at most in the lab, and records
 * exits_per_s_ratio, the 95 % interval of that median (exits_ratio_ci_low, exits_ratio_ci_high) and
 * exits_per_s, that of the modded build. The repetition is inconclusive if too few rounds of a pair
 * count (*measured is false then, and nothing is recorded), or if the interval is too wide. Errors
 * as in vm_exits_run_pair().
 */
bool vm_pairs_measure(VmExits *e, SyCase *c, VmPairs *out, bool *measured, GError **error);

#endif

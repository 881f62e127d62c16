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

/*
 * The metric whose gate is an equivalence: how far from 1 the ratio may be, in %, by the farther
 * end of its interval. It holds if the whole interval is within the margin to both sides, and fails
 * if all of it is outside; in between the repetition is inconclusive.
 */
#define VM_PAIRS_OFF_METRIC "exits_off_pct"
#define VM_PAIRS_OFF_SPEC                                                                          \
    {                                                                                              \
        .name = VM_PAIRS_OFF_METRIC, .unit = "%", .better = SY_BETTER_LOWER, .timed = true,        \
        .summary = "how far from 1 that ratio may be, by the farther end of its interval; if the " \
                   "gate lies within the interval the case is INCONCLUSIVE"                        \
    }

/* That distance for the interval `ci`, in %. Pure. */
double vm_pairs_off_pct(const double ci[2]);

/* True if `margin_pct` to either side of 1 lies within the interval, so that it decides nothing. A
 * margin of 0 is none. Pure. */
bool vm_pairs_straddles(const double ci[2], double margin_pct);

/* Medians over the pairs. */
typedef struct {
    double ratio;         /* exits per CPU second, modded divided by stock */
    double modded, stock; /* exits per CPU second of each build, 1/s */
} VmPairs;

/*
 * Runs as many pairs as the case's parameter `pairs` says, five at most in the lab, and records
 * exits_per_s_ratio, the 95 % interval of that median (exits_ratio_ci_low, exits_ratio_ci_high),
 * exits_off_pct and exits_per_s, that of the modded build. The repetition is inconclusive if too
 * few rounds of a pair count (*measured is false then, and nothing is recorded), or if the interval
 * is too wide, in itself or for the gate of exits_off_pct. Errors
 * as in vm_exits_run_pair().
 */
bool vm_pairs_measure(VmExits *e, SyCase *c, VmPairs *out, bool *measured, GError **error);

#endif

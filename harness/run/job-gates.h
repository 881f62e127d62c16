/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gates: what the figures of a metric are held to. A workload may bring one along; a job file sets
 * its own:
 *
 *     gate.METRIC = LIMIT            every sample, instead of the workload's own limit
 *     gate.METRIC.median = LIMIT     the median of the case's samples, besides
 *
 * What a limit allows follows from the metric's `better`. target: |x| <= limit; lower: x <= limit;
 * higher: x >= limit. 0 is a limit like any other. Pure.
 */
#ifndef SY_RUN_JOB_GATES_H
#define SY_RUN_JOB_GATES_H

#include "run/workload.h"

#define SY_GATE_PREFIX "gate."

/* True if `value` is within `limit`; never for what is not finite, on either side. */
bool sy_gate_holds(SyBetter better, double limit, double value);

/* True if the gate bounds anything. */
bool sy_gate_bounds(const SyGate *gate);

/* The workload's own gates: SyGate, one per metric and in their order. The caller owns the array.
 */
GArray *sy_gates_of_workload(const SyWorkload *workload);

/*
 * Has `gates`, an array as above, say what the line "`key` = `text`" of a job file says; `key`
 * begins with SY_GATE_PREFIX. SY_ERROR_USAGE for a metric that the workload does not have, and for
 * a limit that is no number or below 0 where the magnitude is bounded.
 */
bool sy_gates_set(GArray *gates, const SyWorkload *workload, const char *key, const char *text,
                  GError **error);

/* Has `gates` demand what `others`, of the same workload, demands as well: of two limits the
 * stricter one. */
void sy_gates_tighten(GArray *gates, const SyWorkload *workload, const GArray *others);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the gates of a metric come from. A workload may declare one; a job file sets its own:
 *
 *     gate.METRIC = LIMIT            for every sample, instead of the workload's own limit
 *     gate.METRIC.median = LIMIT     for the median of the case's samples, in addition
 *
 * What a limit allows follows from the metric's `better` (judge/gate.h). Pure.
 */
#ifndef SY_RUN_JOB_GATES_H
#define SY_RUN_JOB_GATES_H

#include "run/workload.h"

#define SY_GATE_PREFIX "gate."

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

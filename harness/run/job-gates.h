/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the gates of a metric come from. A workload may declare one; a job file may set others:
 *
 *     gate.METRIC = LIMIT            for every sample, instead of the workload's own limit
 *     gate.METRIC.median = LIMIT     for the median of the case's samples, in addition
 *
 * The metric's `better` decides what a limit allows (judge/gate.h). Pure.
 */
#ifndef SY_RUN_JOB_GATES_H
#define SY_RUN_JOB_GATES_H

#include "run/workload.h"

#define SY_GATE_PREFIX "gate."

/* The workload's own gates: one SyGate per metric, in their order. The caller owns the array. */
GArray *sy_gates_of_workload(const SyWorkload *workload);

/*
 * Applies the line "`key` = `text`" of a job file to `gates`, an array as above; `key` begins with
 * SY_GATE_PREFIX. SY_ERROR_USAGE for an unknown metric, for a limit that is not a number, and for a
 * limit below 0 on a target metric.
 */
bool sy_gates_set(GArray *gates, const SyWorkload *workload, const char *key, const char *text,
                  GError **error);

/* Adds the limits of `others`, for the same workload, to `gates`: of two limits the stricter one
 * stays. */
void sy_gates_tighten(GArray *gates, const SyWorkload *workload, const GArray *others);

#endif

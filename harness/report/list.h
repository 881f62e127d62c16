/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be run, for the terminal: workloads with their parameters and metrics, and planned
 * cases. */
#ifndef SY_REPORT_LIST_H
#define SY_REPORT_LIST_H

#include <glib.h>

#include "report/terminal.h"
#include "run/matrix.h"
#include "run/workload.h"

/* `steelyard list`: the NULL-terminated `table`, one block a workload. The caller frees. */
char *sy_list_workloads(const SyWorkload *const *table, const SyTerminalStyle *style);

/* `run --dry-run`: number, id and repetitions of `plans` (SyCasePlan*), and the total. The caller
 * frees. */
char *sy_list_plans(const GPtrArray *plans);

#endif

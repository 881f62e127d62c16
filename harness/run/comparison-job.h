/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The [compare] sections of job files (judge/comparison.h), and which of them a run is to judge. */
#ifndef SY_RUN_COMPARISON_JOB_H
#define SY_RUN_COMPARISON_JOB_H

#include "judge/comparison.h"
#include "run/workload.h"

/* True for the section names "compare" and "compare LABEL". */
bool sy_comparison_is_section(const char *group);

/*
 * What the section `group` of `keys` asks for. SY_ERROR_USAGE for an unknown key, workload,
 * parameter, value or metric, for metrics of different unit or direction, and for what is missing;
 * `*key` is then the key at fault, of static storage or owned by `keys`' caller through
 * g_intern_string(), or NULL. The caller owns the comparison.
 */
SyComparison *sy_comparison_parse(GKeyFile *keys, const char *group, const SyWorkload *const *table,
                                  const char **key, GError **error);

/*
 * Copies of what `jobs` (SyJob*) ask for, SyComparison*, for a run of `plans` (SyCasePlan*). If the
 * run has a `filter`, those are left out of which it spares no subject or nothing to hold it
 * against: whoever asks for a part does not ask for them. The caller owns the array.
 */
GPtrArray *sy_comparisons_of_jobs(const GPtrArray *jobs, const GPtrArray *plans, bool filter);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the [compare] sections of job files (judge/comparison.h), and selects those for a run. */
#ifndef SY_RUN_COMPARISON_JOB_H
#define SY_RUN_COMPARISON_JOB_H

#include "judge/comparison.h"
#include "run/workload.h"

/* True for the section names "compare" and "compare LABEL". */
bool sy_comparison_is_section(const char *group);

/*
 * Reads the section `group` of `keys`. SY_ERROR_USAGE for an unknown key, workload, parameter,
 * value or metric, and for a missing key. `*key` is then the key at fault, or NULL; static or
 * interned, not to be freed. The caller owns the comparison.
 */
SyComparison *sy_comparison_parse(GKeyFile *keys, const char *group, const SyWorkload *const *table,
                                  const char **key, GError **error);

/*
 * Copies of the comparisons of `jobs` (SyJob*), for a run of `plans` (SyCasePlan*). If the run has
 * a `filter`, a comparison is left out if no planned case belongs to its subject, or none to what
 * the subject is compared with. The caller owns the array of SyComparison*.
 */
GPtrArray *sy_comparisons_of_jobs(const GPtrArray *jobs, const GPtrArray *plans, bool filter);

#endif

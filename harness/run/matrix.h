/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From jobs to the list of cases: every combination of the swept parameters, in a fixed order.
 * Pure. */
#ifndef SY_RUN_MATRIX_H
#define SY_RUN_MATRIX_H

#include <glib.h>

#include "run/job.h"

/* A case to be run. */
typedef struct {
    char *id; /* "WORKLOAD/param=value,...", parameters in the workload's order; unique within a
                 matrix */
    const SyWorkload *workload;
    GPtrArray *params; /* SyParam*, in the workload's order */
    guint repeat;
} SyCasePlan;

/*
 * The cases of `jobs` (SyJob*) whose id matches the glob `filter` (fnmatch(3), '*' matches '/' too;
 * NULL: all), the last parameter varying fastest. `repeat` > 0 overrides the jobs'. A case that two
 * sections of one file ask for is SY_ERROR_USAGE; one that two files ask for is run once. The
 * caller owns the array of SyCasePlan*.
 */
GPtrArray *sy_matrix_expand(const GPtrArray *jobs, const char *filter, guint repeat,
                            GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From jobs to the list of cases: every combination of the swept parameters, in a fixed order.
 * Pure. */
#ifndef SY_RUN_MATRIX_H
#define SY_RUN_MATRIX_H

#include <glib.h>
#include <stdbool.h>

#include "run/job.h"

/* A planned case. */
typedef struct {
    char *id; /* "WORKLOAD/param=value,...", in the workload's order; unique within a matrix */
    const SyWorkload *workload;
    GPtrArray *params; /* SyParam*, in the workload's order */
    guint repeat;
    bool fresh;    /* each repetition has its own setup, at its own phase (run/runner.h) */
    GArray *gates; /* one SyGate per metric, in their order; NULL: the workload's own */
    bool undecided_expected; /* its section means it to be INCONCLUSIVE */
    GStrv trace;             /* kernel events to record (observe/trace.h); NULL: none */

    /* Names from host/requirement.h, NULL-terminated: the workload's, those for the values of its
     * parameters, and "ftrace" if the case is traced. */
    const char **requires;

    /* Where to run ("native", "lab" or "lab-exact") and why there, one line. NULL until
     * sy_placement_decide(). */
    char *host_mode, *host_why;
} SyCasePlan;

/*
 * The cases of `jobs` (SyJob*) whose id matches the glob `filter` (fnmatch(3), '*' matches '/' too;
 * NULL: all), the last parameter varying fastest. `repeat` > 0 overrides the jobs'. SY_ERROR_USAGE
 * if two sections of one file ask for the same case. A case in two files runs once, as the first
 * one says, and must pass the gates of both; it is meant to be undecided only if both say so. The
 * caller owns the array of SyCasePlan*.
 */
GPtrArray *sy_matrix_expand(const GPtrArray *jobs, const char *filter, guint repeat,
                            GError **error);

/*
 * Keeps the `plans` whose ids are in `ids`, in their order, and removes the others. SY_ERROR_USAGE
 * names an id that no plan has.
 */
bool sy_matrix_select(GPtrArray *plans, const char *const *ids, GError **error);

/*
 * Sets the trace of all `plans` to the events in `text` (sy_trace_parse(); "none": no trace),
 * whatever their jobs say. SY_ERROR_USAGE if `text` names unknown events.
 */
bool sy_matrix_set_trace(GPtrArray *plans, const char *text, GError **error);

#endif

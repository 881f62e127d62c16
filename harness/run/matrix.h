/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From jobs to the list of cases: every combination of the swept parameters, in a fixed order.
 * Pure. */
#ifndef SY_RUN_MATRIX_H
#define SY_RUN_MATRIX_H

#include <glib.h>
#include <stdbool.h>

#include "run/job.h"

/* A case to be run. */
typedef struct {
    char *id; /* "WORKLOAD/param=value,...", parameters in the workload's order; unique within a
                 matrix */
    const SyWorkload *workload;
    GPtrArray *params; /* SyParam*, in the workload's order */
    guint repeat;
    bool fresh;    /* each repetition is set up anew, at a phase of its own (run/runner.h) */
    GArray *gates; /* SyGate per metric of the workload, in their order; NULL: its own */
    GStrv trace;   /* kernel events to record meanwhile (observe/trace.h); NULL: none */
    const char **requires; /* names of host/requirement.h: the workload's, those of the parameters'
                              values, and "ftrace" if traced */
    char *host_mode;       /* where it is to run: "native", "lab" or "lab-exact"; NULL until
                              sy_placement_decide() */
    char *host_why;        /* and why there, one line */
} SyCasePlan;

/*
 * The cases of `jobs` (SyJob*) whose id matches the glob `filter` (fnmatch(3), '*' matches '/' too;
 * NULL: all), the last parameter varying fastest. `repeat` > 0 overrides the jobs'. A case that two
 * sections of one file ask for is SY_ERROR_USAGE; one that two files ask for is run once, as the
 * first says, and has to hold the gates of both. The caller owns the array of SyCasePlan*.
 */
GPtrArray *sy_matrix_expand(const GPtrArray *jobs, const char *filter, guint repeat,
                            GError **error);

/*
 * Leaves those of `plans` whose ids are in `ids`, in the order they have. SY_ERROR_USAGE names an
 * id that none has.
 */
bool sy_matrix_select(GPtrArray *plans, const char *const *ids, GError **error);

/*
 * Has all of `plans` traced as `text` says (sy_trace_parse(); "none": not at all), whatever their
 * jobs say. SY_ERROR_USAGE for a text that names no events.
 */
bool sy_matrix_set_trace(GPtrArray *plans, const char *text, GError **error);

#endif

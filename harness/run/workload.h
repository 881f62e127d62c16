/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the runner and a workload: one constant table per workload, zeros are
 * defaults. workloads/skeleton.c walks through every field; docs/ADDING-A-WORKLOAD.md says how to
 * add one.
 */
#ifndef SY_RUN_WORKLOAD_H
#define SY_RUN_WORKLOAD_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

#define SY_WORKLOAD_VERSION 1

typedef struct SyCase SyCase;

/* One parameter. In a job file every parameter takes a comma list: the case is run for each value.
 */
typedef struct {
    const char *name; /* as in ratio_pct; the unit is part of the name. NULL ends the table */
    SyParamType type;
    const char *value;   /* the default */
    double min, max;     /* INT, DOUBLE: inclusive range; both 0: any */
    const char *choices; /* STRING: the allowed values, comma-separated; NULL: any text */
    bool key; /* stands in every case id; others only where they differ from the default */
    const char *summary; /* one line for `steelyard list` */
} SyParamSpec;

typedef struct {
    const char *name; /* NULL ends the table */
    const char *unit;
    SyBetter better;
    double gate;         /* limit on every sample, see SyMetric; 0: no gate */
    const char *summary; /* one line: what the figure means */
} SyMetricSpec;

/* What cases with one value of a parameter require besides. */
typedef struct {
    const char *param; /* NULL ends the table */
    const char *value;
    const char *name; /* of host/requirement.h */
} SyRequiresIf;

typedef struct {
    int version; /* SY_WORKLOAD_VERSION */
    const char *name;
    const char *summary;
    const char *groups;              /* comma list, for people: "throttle,smoke" */
    const char *const *requires;     /* names of host/requirement.h; NULL: none */
    const SyRequiresIf *requires_if; /* what only some cases require; NULL: nothing */
    const SyParamSpec *params;       /* NULL: none */
    const SyMetricSpec *metrics;

    /* Once per case, before the first repetition; where each is to be fresh (SyCasePlan), before
     * every one. On failure teardown() still runs. NULL: nothing to do. */
    bool (*setup)(SyCase *c, GError **error);

    /* Once per repetition: record one sample per metric. */
    bool (*measure)(SyCase *c, GError **error);

    /* Once per setup(), always, also after a failed one: release what `state` holds. NULL: nothing
     * to do. */
    void (*teardown)(SyCase *c);
} SyWorkload;

/* The workload called `name` in the NULL-terminated `table`, or NULL. */
const SyWorkload *sy_workload_find(const SyWorkload *const *table, const char *name);

/* The parameter called `name`, or NULL. */
const SyParamSpec *sy_workload_param(const SyWorkload *workload, const char *name);

/* The canonical text of `text` as a value of `spec`, or SY_ERROR_USAGE with the allowed range. The
 * caller frees. */
char *sy_param_check(const SyParamSpec *spec, const char *text, GError **error);

#endif

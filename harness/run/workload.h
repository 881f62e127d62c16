/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the runner and a workload: one constant struct per workload, in which zeros
 * are defaults. workloads/skeleton.c explains every field with an example,
 * docs/ADDING-A-WORKLOAD.md how to add a workload.
 */
#ifndef SY_RUN_WORKLOAD_H
#define SY_RUN_WORKLOAD_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

/* The version of this contract. */
#define SY_WORKLOAD_VERSION 1

typedef struct SyCase SyCase;

/* One parameter. A job file may give a comma list for it: each value makes a case of its own. */
typedef struct {
    const char *name; /* "ratio_pct"; the name ends in the unit. NULL ends the table */
    SyParamType type;
    const char *value;   /* the default */
    double min, max;     /* INT, DOUBLE: inclusive range; both 0: any */
    const char *choices; /* STRING: the allowed values, comma-separated; NULL: any text */
    bool key;            /* part of every case id; others only if they differ from the default */
    const char *summary; /* one line for `steelyard list` */
} SyParamSpec;

typedef struct {
    const char *name; /* NULL ends the table */
    const char *unit;
    SyBetter better;
    double gate;         /* limit on every sample (judge/gate.h); 0: no gate */
    bool timed;          /* a host that withholds its CPUs changes it, and may do so unseen */
    const char *summary; /* one line: what it measures */
} SyMetricSpec;

/* What cases with a certain value of a parameter require in addition. */
typedef struct {
    const char *param; /* NULL ends the table */
    const char *value;
    const char *name; /* from host/requirement.h */
} SyRequiresIf;

typedef struct {
    int version; /* SY_WORKLOAD_VERSION */
    const char *name;
    const char *summary;
    const char *groups;        /* comma list, for people: "throttle,smoke" */
    const char *const *faults; /* the faults (run/fault.h) that it heeds; NULL: none */
    /* requirements without which a case is measured all the same; NULL: none */
    const char *const *prefers;
    const char *const *requires;     /* names from host/requirement.h; NULL: none */
    const SyRequiresIf *requires_if; /* what some cases require in addition; NULL: nothing */
    const SyParamSpec *params;       /* NULL: none */
    const SyMetricSpec *metrics;

    /* Called once per case, before the first repetition; before every one if the plan is `fresh`.
     * If it fails, teardown() still runs. NULL: nothing to do. */
    bool (*setup)(SyCase *c, GError **error);

    /* Called once per repetition, to take one sample of each metric. */
    bool (*measure)(SyCase *c, GError **error);

    /* Called after every setup(), even a failed one, to release what `state` holds. NULL: nothing
     * to do. */
    void (*teardown)(SyCase *c);
} SyWorkload;

/* The workload called `name` in the NULL-terminated `table`, or NULL. */
const SyWorkload *sy_workload_find(const SyWorkload *const *table, const char *name);

/* The parameter called `name`, or NULL. */
const SyParamSpec *sy_workload_param(const SyWorkload *workload, const char *name);

/* `text` as a value of `spec`, in its canonical spelling, or NULL with SY_ERROR_USAGE, which names
 * the allowed values. The caller frees. */
char *sy_param_check(const SyParamSpec *spec, const char *text, GError **error);

#endif

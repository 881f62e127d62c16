/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks a run in lab-exact against the baseline of its job; every digit counts. A baseline is a
 * run without what depends on the machine that made it; its file is a results.json, schema 1
 * (store/baseline.h). Pure.
 */
#ifndef SY_JUDGE_BASELINE_H
#define SY_JUDGE_BASELINE_H

#include "result/result.h"

/* Something that differs between baseline and run: a value, or a text. */
typedef struct {
    char *case_id;
    char *metric;              /* "share_error_pct", "trace kvm:kvm_exit"; of texts: "status" */
    char *unit;                /* NULL: none */
    guint repetition;          /* from 1; 0: the value belongs to the whole case */
    double was, now;           /* NAN: not measured; both are NAN if the texts below differ */
    char *text_was, *text_now; /* NULL: none */
} SyBaselineDifference;

typedef struct {
    GPtrArray *changes;     /* char*, from sy_key_changes(); empty: the keys are equal */
    GPtrArray *differences; /* SyBaselineDifference*, in the order of the baseline's cases */
    guint values;           /* number of values compared */
    guint cases;            /* number of cases in the run */
} SyBaselineCheck;

/*
 * True if `run` can be compared with a baseline: it has ended, all of its cases were measured in
 * lab-exact, and it has a key. Otherwise SY_ERROR_USAGE, or SY_ERROR_UNAVAILABLE if cases were not
 * measured; both messages name the remedy.
 */
bool sy_baseline_comparable(const SyRunResult *run, GError **error);

/* Turns a comparable `run` into a baseline: removes what depends on this machine and moment.
 * SY_ERROR_USAGE if the run has injected faults. */
bool sy_baseline_strip(SyRunResult *run, GError **error);

/* Compares every value, status and reason of two comparable runs. The caller owns the result. */
SyBaselineCheck *sy_baseline_check(const SyRunResult *baseline, const SyRunResult *run);

/* INCONCLUSIVE if the keys differ (a new baseline is due), else FAIL if there are differences, else
 * PASS. */
int sy_baseline_exit_code(const SyBaselineCheck *check);

/* (now - was) / |was| in %; NAN if one of them is NAN, INFINITY if `was` is 0. */
double sy_baseline_change_pct(const SyBaselineDifference *difference);

void sy_baseline_check_free(SyBaselineCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBaselineCheck, sy_baseline_check_free)

/* The check of `run` against `baseline`, whose file is `path`, as JSON (docs/RESULTS.md). The
 * caller frees. */
char *sy_baseline_json(const SyBaselineCheck *check, const SyRunResult *baseline,
                       const SyRunResult *run, const char *path);

#endif

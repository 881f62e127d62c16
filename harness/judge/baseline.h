/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run in lab-exact against the baseline of its job: to the digit. A baseline is a run like any
 * other, less what is of the machine that made it; its file is results.json, schema 1
 * (store/baseline.h). Pure.
 */
#ifndef SY_JUDGE_BASELINE_H
#define SY_JUDGE_BASELINE_H

#include "result/result.h"

/* Something that is not as it was. */
typedef struct {
    char *case_id;
    char *figure;     /* "share_error_pct", "trace kvm:kvm_exit"; or what is no figure: "status" */
    char *unit;       /* NULL: it has none */
    guint repetition; /* from 1; 0: the figure is one of the whole case */
    double was, now;  /* NAN: not measured; both: no figure, but the texts below */
    char *text_was, *text_now; /* NULL: there is none */
} SyBaselineDifference;

typedef struct {
    GPtrArray *changes;     /* char*, of sy_key_changes(); empty: the keys are equal */
    GPtrArray *differences; /* SyBaselineDifference*, in the order of the baseline's cases */
    guint figures;          /* how many were compared */
    guint cases;            /* of the run */
} SyBaselineCheck;

/*
 * Can `run` be held against a baseline? It has ended, all of its cases were measured in lab-exact,
 * and it has a key. Else SY_ERROR_USAGE, or SY_ERROR_UNAVAILABLE if cases were not measured; both
 * with the remedy.
 */
bool sy_baseline_comparable(const SyRunResult *run, GError **error);

/* Makes a baseline of a comparable `run`: takes out of it what is of this machine and moment.
 * SY_ERROR_USAGE if the run has injected faults. */
bool sy_baseline_strip(SyRunResult *run, GError **error);

/* Compares every figure, status and reason of two comparable runs. The caller owns the result. */
SyBaselineCheck *sy_baseline_check(const SyRunResult *baseline, const SyRunResult *run);

/* FAIL with differences, INCONCLUSIVE (a new baseline is due) if the keys differ, else PASS. */
int sy_baseline_exit_code(const SyBaselineCheck *check);

/* (now - was) / |was| in %; NAN without both, INFINITY of 0. */
double sy_baseline_change_pct(const SyBaselineDifference *difference);

void sy_baseline_check_free(SyBaselineCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyBaselineCheck, sy_baseline_check_free)

/* The check as JSON (docs/RESULTS.md); `baseline` and `run` are its two sides, `path` the
 * baseline's file. The caller frees. */
char *sy_baseline_json(const SyBaselineCheck *check, const SyRunResult *baseline,
                       const SyRunResult *run, const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the cases one after the other: requirements, setup, repetitions, teardown, figures,
 * verdict, journal. */
#ifndef SY_RUN_RUNNER_H
#define SY_RUN_RUNNER_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/case.h"
#include "run/journal.h"

/* Told what happens, for progress; any member may be NULL. `index` counts planned cases from 0;
 * `boot` the run's boots of a lab from 1, each for so many cases. A long repetition is told again
 * from time to time. */
typedef struct {
    void (*lab_boot)(const char *host_mode, guint boot, guint cases, gpointer data);
    void (*case_begin)(const SyCasePlan *plan, guint index, gpointer data);
    void (*repetition)(const SyCasePlan *plan, guint index, guint repetition, gpointer data);
    void (*case_end)(const SyCaseResult *result, guint index, gpointer data);
    void (*case_again)(const SyCaseResult *result, guint index, gpointer data); /* it does not
                                              count: it will be measured once more in lab-exact */
    gpointer data;
} SyRunObserver;

/*
 * Runs every plan (SyCasePlan*) that has no result in `run->cases` yet, appending results there and
 * to the journal (NULL: none is kept). A case that cannot be measured is a result (SKIP, ERROR),
 * not a failure of this function. A plan that is `fresh` has each of its repetitions set up and
 * torn down for itself, after a pause of 0 to 100 ms, the same in every run: so its repetitions
 * share no luck, and show what the phases of the host's clocks can do to a figure. False when the
 * run must stop early, with everything measured so far journalled: SY_ERROR_CANCELLED, or
 * SY_ERROR_IO when the run folder can no longer be written.
 */
bool sy_runner_run(const GPtrArray *plans, const SyRunEnv *env, SyRunResult *run,
                   SyJournal *journal, const SyRunObserver *observer, GError **error);

/* Whether what happened to one case ends the whole run: the user wants it to end, or the run folder
 * can no longer be written. Any other error is that case's alone. */
bool sy_runner_must_stop(const GError *cause);

/* The folder name for a case id: '/' and other awkward characters replaced, bounded. The caller
 * frees. */
char *sy_runner_case_dir_name(const char *case_id);

#endif

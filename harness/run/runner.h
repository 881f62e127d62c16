/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs cases one after the other: requirements, setup, repetitions, teardown, statistics, verdict,
 * journal. */
#ifndef SY_RUN_RUNNER_H
#define SY_RUN_RUNNER_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/case.h"
#include "run/journal.h"

/* Functions that are called as the run goes on, for progress displays; any may be NULL. `index`
 * counts the planned cases from 0. */
typedef struct {
    /* A lab is about to boot for `cases` cases; `boot` counts the run's boots from 1. */
    void (*lab_boot)(const char *host_mode, guint boot, guint cases, gpointer data);
    void (*case_begin)(const SyCasePlan *plan, guint index, gpointer data);

    /* A repetition begins, or is still running: long ones are reported again and again. */
    void (*repetition)(const SyCasePlan *plan, guint index, guint repetition, gpointer data);
    void (*case_end)(const SyCaseResult *result, guint index, gpointer data);

    /* The lab in real time leaves the case open; it will be measured again in lab-exact. */
    void (*case_again)(const SyCaseResult *result, guint index, gpointer data);

    gpointer data; /* for all of them */
} SyRunObserver;

/*
 * Runs every plan (SyCasePlan*) that has no result in `run->cases` yet, and adds the results there
 * and to the journal (NULL: there is none). A case that cannot be measured is a result (SKIP,
 * ERROR), not a failure of this function.
 *
 * Each repetition of a `fresh` plan has its own setup and teardown, after a pause of 0 to 100 ms
 * that is the same in every run. So the repetitions are independent of each other, and show the
 * effect of the phases of the host's clocks.
 *
 * False when the run must stop early; all results so far are in the journal then:
 * SY_ERROR_CANCELLED, or SY_ERROR_RUN_FOLDER if the run folder or journal cannot be written.
 */
bool sy_runner_run(const GPtrArray *plans, const SyRunEnv *env, SyRunResult *run,
                   SyJournal *journal, const SyRunObserver *observer, GError **error);

/* True if `cause`, the error of one case, ends the whole run: the user cancelled it, or the run
 * folder cannot be written. Any other error concerns that case only. */
bool sy_runner_must_stop(const GError *cause);

/* Finds out whose fault `*cause`, the error of a case, is: tries whether the run folder still takes
 * a file. If not, `*cause` becomes SY_ERROR_RUN_FOLDER, since a full disk shows in many ways. */
void sy_runner_blame(const SyRunEnv *env, GError **cause);

/* The folder name for a case id: '/' and other special characters are replaced, and its length is
 * limited. The caller frees. */
char *sy_runner_case_dir_name(const char *case_id);

#endif

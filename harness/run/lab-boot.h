/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One boot of the lab, with the cases it is to run; lab-run.h decides which, and what comes after.
 */
#ifndef SY_RUN_LAB_BOOT_H
#define SY_RUN_LAB_BOOT_H

#include <glib.h>
#include <stdbool.h>

#include "run/lab-run.h"

/* The arguments of sy_lab_run(), borrowed. */
typedef struct {
    const GPtrArray *plans;
    const SyRunEnv *env;
    const SyLabSetup *setup;
    const SyRunRequest *request;
    SyRunResult *run;
    SyJournal *journal;
    const SyRunObserver *observer;
    const SyLabMachine *machine;
} SyLabRun;

/* How a boot of the lab ended. */
typedef struct {
    char *failure; /* how the lab failed, one line; NULL: every case has its result */
    char *log_dir; /* of this boot; relative to the run folder */
    bool began;    /* at least one case had begun */
} SyLabOutcome;

/*
 * Boots a lab in `mode` for `cases` (SyCasePlan*, none finished) and listens to it until it ends.
 * If the lab fails, the case that was running becomes an ERROR. False when the run must stop.
 * `outcome` is always filled; free it with sy_lab_outcome_clear(). Blocks until the lab ends.
 */
bool sy_lab_boot(const SyLabRun *lab, SyMachineMode mode, const GPtrArray *cases,
                 SyLabOutcome *outcome, GError **error);

void sy_lab_outcome_clear(SyLabOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SyLabOutcome, sy_lab_outcome_clear)

/* Adds an ERROR for `plan`, with the failure of `outcome` as its reason, and tells the observer.
 * SY_ERROR_RUN_FOLDER. */
bool sy_lab_keep_error(const SyLabRun *lab, const SyCasePlan *plan, const SyLabOutcome *outcome,
                       double duration_s, GError **error);

/* Index of `plan` among all plans of the run, from 0. */
guint sy_lab_index(const SyLabRun *lab, const SyCasePlan *plan);

/*
 * Unpacks the archive with the cases' files, which the boot in `dir` sent, into the run folder, and
 * removes it. Does nothing without an archive. SY_ERROR_IO, SY_ERROR_PROTOCOL as in
 * sy_archive_unpack().
 */
bool sy_lab_unpack(const SyRunEnv *env, const char *dir, GError **error);

#endif

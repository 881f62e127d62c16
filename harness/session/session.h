/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run on disk: its folder, journal and results; new or resumed. */
#ifndef SY_SESSION_SESSION_H
#define SY_SESSION_SESSION_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"
#include "run/case.h"
#include "run/journal.h"
#include "run/request.h"
#include "session/lab-host.h"

typedef struct {
    SyRunRequest *request;
    GPtrArray *plans; /* SyCasePlan* */
    SyRunEnv env;
    SyLabHost *lab; /* NULL: no case runs in the lab */
    SyRunResult *run;
    SyJournal *journal;
    char *run_dir;
    int64_t started_ns; /* CLOCK_MONOTONIC when this session began */
    double earlier_s;   /* duration of the sessions before a resume */
} SySession;

/*
 * Begins a new run in `results_dir`; takes `request` over whatever happens. `argv` is noted in the
 * results. Finds every mistake that can be found before anything is started. Blocks while the lab's
 * image is built. The caller owns the result.
 */
SySession *sy_session_begin(SyRunRequest *request, const char *results_dir, char **argv,
                            GError **error);

/*
 * Resumes the run `name` (id, path or "latest") and keeps its finished cases. SY_ERROR_USAGE if the
 * run has ended, or began on another host or with another QEMU build, because results of two must
 * not be mixed. The caller owns the result.
 */
SySession *sy_session_resume(const char *name, const char *results_dir, GError **error);

/* Writes results.json as it stands; sy_session_measure() does it after each case. */
bool sy_session_save(SySession *session, GError **error);

/* Sets the duration, and the exit code that the cases give; ends the journal and writes all
 * reports. */
bool sy_session_end(SySession *session, GError **error);

void sy_session_free(SySession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SySession, sy_session_free)

/* The results of the run in `run_dir`, finished or not: from its journal, or else from
 * results.json. The caller owns them. */
SyRunResult *sy_session_load(const char *run_dir, GError **error);

#endif

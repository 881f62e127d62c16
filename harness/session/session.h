/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run on disk: its folder, journal and results, new or taken up again. */
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
    SyLabHost *lab; /* NULL: no case goes there */
    SyRunResult *run;
    SyJournal *journal;
    char *run_dir;
    int64_t started_ns; /* CLOCK_MONOTONIC of this session's start */
    double earlier_s;   /* measuring time of former sessions */
} SySession;

/*
 * Begins a new run in `results_dir`; takes `request` over. `argv` is noted. Everything that can be
 * known to be wrong is found here, before anything is started. The caller owns the result.
 */
SySession *sy_session_begin(SyRunRequest *request, const char *results_dir, char **argv,
                            GError **error);

/*
 * Takes up the run `name` (id, path or "latest"): finished cases are kept. SY_ERROR_USAGE if the
 * run has ended, or if host or QEMU build are not those it began with, because their figures must
 * not be mixed.
 */
SySession *sy_session_resume(const char *name, const char *results_dir, GError **error);

/* Writes results.json as things stand; for after every case. */
bool sy_session_save(SySession *session, GError **error);

/* Sets exit code and duration, ends the journal and writes all reports. The exit code comes from
 * the cases. */
bool sy_session_end(SySession *session, GError **error);

void sy_session_free(SySession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SySession, sy_session_free)

/* The results of the run in `run_dir`, finished or not: from its journal, or from results.json
 * without one. */
SyRunResult *sy_session_load(const char *run_dir, GError **error);

#endif

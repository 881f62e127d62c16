/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measures the cases of a run, and keeps its results.json up to date meanwhile. */
#ifndef SY_SESSION_MEASURE_H
#define SY_SESSION_MEASURE_H

#include "run/runner.h"
#include "session/session.h"

/* Told what happens; any member may be NULL. */
typedef struct {
    SyRunObserver run; /* as sy_runner_run() tells it */
    /*
     * results.json could not be written; told once, with `run.data`. The journal has all results.
     */
    void (*save_failed)(const GError *cause, gpointer data);
} SySessionObserver;

/*
 * Measures every case that has no result yet, those in the lab first, and writes results.json after
 * each. A lab case that says nothing for `silence_limit_s` is an error (SyLabSetup). False when the
 * run must stop early, as in sy_runner_run(); results.json then has what was measured.
 */
bool sy_session_measure(SySession *session, double silence_limit_s,
                        const SySessionObserver *observer, GError **error);

#endif

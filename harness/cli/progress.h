/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows on stderr how a run comes along: one line that renews itself on a terminal, plain lines
 * elsewhere. */
#ifndef SY_CLI_PROGRESS_H
#define SY_CLI_PROGRESS_H

#include "run/runner.h"
#include "session/session.h"

typedef struct {
    SySession *session;
    guint begun;      /* cases begun in this session */
    guint to_do;      /* cases this session has to do */
    guint repetition; /* of the current case, from 1; 0: setting up */
    guint id_width;
    bool tty, colour;
    bool save_failed; /* results.json could not be written; said once */
} SyProgressView;

/* Prepares `view` for `session`; the observer it returns keeps results.json up to date as well. */
SyRunObserver sy_progress_observer(SyProgressView *view, SySession *session);

#endif

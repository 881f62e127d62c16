/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows on stderr how a run gets on: one line that renews itself on a terminal, a line for each
 * case elsewhere. */
#ifndef SY_CLI_PROGRESS_H
#define SY_CLI_PROGRESS_H

#include "session/measure.h"

typedef struct {
    const SySession *session;
    guint begun;      /* cases begun in this session */
    guint to_do;      /* cases this session has to do */
    guint repetition; /* of the current case, from 1; 0: setting up */
    guint id_width;
    bool tty, colour;
} SyProgressView;

/* Prepares `view` for `session`, and returns the observer that shows it; both have to outlast the
 * observer. */
SySessionObserver sy_progress_observer(SyProgressView *view, const SySession *session);

#endif

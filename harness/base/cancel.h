/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One flag for the whole process: the user (SIGINT) or the system (SIGTERM) asked for an early,
 * orderly end. */
#ifndef SY_BASE_CANCEL_H
#define SY_BASE_CANCEL_H

#include <glib.h>
#include <stdbool.h>

/*
 * Makes SIGINT, SIGTERM and SIGHUP set the flag and interrupt blocking calls. More of them within a
 * second belong to the same request: timeout(1) signals a process, and its group. One that comes a
 * second after the first or later kills at once. A SIGHUP that is ignored (nohup) stays ignored.
 */
void sy_cancel_install(void);

/* True, with SY_ERROR_CANCELLED naming the signal, once the flag is set. `error` may be NULL. Does
 * not block. */
bool sy_cancelled(GError **error);

/* While held, sy_cancelled() is false, so that what puts things back may block, whenever the signal
 * comes. A signal a second after the first still kills. */
void sy_cancel_hold(bool hold);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One flag for the whole process: the user (SIGINT) or the system (SIGTERM) asked for an early,
 * orderly end. */
#ifndef SY_BASE_CANCEL_H
#define SY_BASE_CANCEL_H

#include <glib.h>
#include <stdbool.h>

/* Makes SIGINT, SIGTERM and SIGHUP set the flag and interrupt blocking calls. The same signal a
 * second time kills at once. */
void sy_cancel_install(void);

/* True, with SY_ERROR_CANCELLED naming the signal, once the flag is set. `error` may be NULL. Does
 * not block. */
bool sy_cancelled(GError **error);

/* Clears the flag, so that cleaning up before the end may block. Another signal sets it again; the
 * same signal kills at once. */
void sy_cancel_forget(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A history for a user who may read but not write it. SQLite needs to write two files beside a
 * database with a write-ahead log, so such a user reads a private copy.
 */
#ifndef SY_STORE_HISTORY_COPY_H
#define SY_STORE_HISTORY_COPY_H

#include <glib.h>
#include <stdbool.h>

/* True if this user may write the database `path` and make files beside it. */
bool sy_history_writable(const char *path);

/*
 * Copies the database `path`, with its write-ahead log, into a new private folder and returns the
 * path of the copy. Another steelyard may be writing: what is copied is one state of both files.
 * SY_ERROR_IO; SY_ERROR_TIMEOUT if it does not stop writing for 10 s. The caller removes the copy's
 * folder, and frees.
 */
char *sy_history_copy(const char *path, GError **error);

#endif

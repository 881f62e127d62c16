/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results/history.db as a database file: opens and checks it, upgrades its schema, and turns its
 * errors into messages. history.h uses its contents.
 *
 * PRAGMA user_version is the version of the schema; each of the steps below makes one version out
 * of the one before. All missing steps run in one transaction. PRAGMA application_id tells a
 * history from other databases.
 */
#ifndef SY_STORE_HISTORY_DB_H
#define SY_STORE_HISTORY_DB_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* "Styd" */
#define SY_HISTORY_APPLICATION_ID 0x53747964

/* The SQL that makes schema 1, 2 ... out of the one before; NULL-terminated. */
extern const char *const sy_history_steps[];

/*
 * Opens the history `path`. With `make`, a missing or empty file becomes a new history (mode 0600).
 * With `check`, every page is checked, which takes a while. Who may not write the file gets a copy
 * of it, which leaves nothing behind. The caller closes the result with sqlite3_close(). Errors:
 *
 *     SY_ERROR_USAGE         the file is not a database, is damaged, belongs to another program, or
 *                            has a newer schema than the last of `steps`; it is left unchanged, and
 *                            the message names the remedy
 *     SY_ERROR_UNAVAILABLE   the file is missing and `make` is false
 *     SY_ERROR_IO            anything else
 */
sqlite3 *sy_history_db_open(const char *path, bool make, bool check, const char *const *steps,
                            GError **error);

/* Sets the last error of `db`: SY_ERROR_USAGE with the remedy if the file is damaged, otherwise
 * SY_ERROR_IO. Always returns false. */
bool sy_history_db_fail(sqlite3 *db, GError **error);

/* Runs SQL statements that return no rows. */
bool sy_history_db_exec(sqlite3 *db, const char *sql, GError **error);

/* A prepared statement; NULL with an error. The caller frees it with sqlite3_finalize(). */
sqlite3_stmt *sy_history_db_prepare(sqlite3 *db, const char *sql, GError **error);

/* Binds `text` (may be NULL), which must stay valid until the next step. */
void sy_history_db_bind_text(sqlite3_stmt *statement, int index, const char *text);

/* Binds a number, or NULL if it is not finite. */
void sy_history_db_bind_double(sqlite3_stmt *statement, int index, double value);

/* Runs a statement that returns no rows, and resets it for the next time. */
bool sy_history_db_run(sqlite3_stmt *statement, GError **error);

#endif

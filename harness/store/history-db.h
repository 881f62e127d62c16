/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results/history.db as a file: opened with care, its schema brought up to date, its errors put
 * into words. What is in it is history.h's business.
 *
 * The schema's version is PRAGMA user_version; each step of the table below makes one of the
 * former. All steps that are missing run in one transaction. PRAGMA application_id tells a history
 * from any other database.
 */
#ifndef SY_STORE_HISTORY_DB_H
#define SY_STORE_HISTORY_DB_H

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

/* "Styd" */
#define SY_HISTORY_APPLICATION_ID 0x53747964

/* The steps that make schema 1, 2 ... of the one before; NULL at the end. */
extern const char *const sy_history_steps[];

/*
 * Opens the history `path`; with `make`, a missing or empty one is made (0600). SY_ERROR_USAGE with
 * the remedy, and the file as it was, if it is no database, is damaged, belongs to something else,
 * or has a newer schema than the last of `steps`; SY_ERROR_UNAVAILABLE if it is missing and `make`
 * is false; SY_ERROR_IO. With `check`, every page is looked at, which takes a while. The caller
 * closes with sqlite3_close().
 */
sqlite3 *sy_history_db_open(const char *path, bool make, bool check, const char *const *steps,
                            GError **error);

/* Sets what went last wrong with `db`: damage is SY_ERROR_USAGE with the remedy, all else
 * SY_ERROR_IO. Always false, to be returned. */
bool sy_history_db_fail(sqlite3 *db, GError **error);

/* Runs statements without results. */
bool sy_history_db_exec(sqlite3 *db, const char *sql, GError **error);

/* A prepared statement; NULL with an error. The caller ends it with sqlite3_finalize(). */
sqlite3_stmt *sy_history_db_prepare(sqlite3 *db, const char *sql, GError **error);

/* Binds `text`, or NULL; it has to outlive the next step. */
void sy_history_db_bind_text(sqlite3_stmt *statement, int index, const char *text);

/* Binds a number; NULL if it is not finite. */
void sy_history_db_bind_double(sqlite3_stmt *statement, int index, double value);

/* Runs a statement that has no rows, and readies it for the next time. */
bool sy_history_db_run(sqlite3_stmt *statement, GError **error);

#endif

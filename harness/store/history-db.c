/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history-db.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fs.h"
#include "store/history-copy.h"

#define BUSY_MS 20000 /* by then another steelyard has finished its import */
#define REMEDY                                                                                     \
    "it was not changed; move it away, and `steelyard history --import` makes a new one from the " \
    "run folders"

const char *const sy_history_steps[] = {
    /* 1 */
    "CREATE TABLE runs ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE,"
    "  started TEXT NOT NULL," /* ISO 8601, UTC, which sorts by time */
    "  job TEXT, exit INTEGER,"
    "  fingerprint TEXT, image_sha256 TEXT,"
    "  release TEXT, flavor TEXT, upstream TEXT, mods_sha256 TEXT,"
    "  results TEXT NOT NULL);" /* the text of results.json */
    "CREATE INDEX runs_started ON runs (started);"
    "CREATE TABLE series ("
    "  id INTEGER PRIMARY KEY,"
    "  metric TEXT NOT NULL, case_id TEXT NOT NULL,"
    "  subject TEXT NOT NULL," /* the build: modded:10.0 */
    "  host_mode TEXT NOT NULL,"
    "  place TEXT NOT NULL," /* fingerprint of the host; '' in lab-exact */
    "  unit TEXT, better TEXT NOT NULL,"
    "  UNIQUE (metric, case_id, subject, host_mode, place));"
    "CREATE TABLE points ("
    "  series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,"
    "  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
    "  status TEXT NOT NULL, n INTEGER NOT NULL,"
    "  median REAL NOT NULL, low REAL, high REAL,"
    "  PRIMARY KEY (series, run)) WITHOUT ROWID;"
    "CREATE INDEX points_run ON points (run);",
    /* 2: several hosts may have a run of one name; and every start is in UTC */
    "CREATE TABLE runs_2 ("
    "  id INTEGER PRIMARY KEY,"
    "  identity TEXT NOT NULL UNIQUE," /* sy_run_identity() */
    "  name TEXT NOT NULL,"
    "  started TEXT NOT NULL," /* sy_utc_text(), which sorts by time */
    "  job TEXT, exit INTEGER,"
    "  fingerprint TEXT, image_sha256 TEXT,"
    "  release TEXT, flavor TEXT, upstream TEXT, mods_sha256 TEXT,"
    "  results TEXT NOT NULL);"
    "INSERT INTO runs_2 SELECT id, name || ' ' || ifnull(fingerprint, ''), name,"
    "  ifnull(strftime('%Y-%m-%dT%H:%M:%SZ', started), started),"
    "  job, exit, fingerprint, image_sha256, release, flavor, upstream, mods_sha256, results"
    "  FROM runs;"
    "DROP TABLE runs;"
    "ALTER TABLE runs_2 RENAME TO runs;"
    "CREATE INDEX runs_started ON runs (started);"
    "CREATE INDEX runs_name ON runs (name);",
    /* 3: the tightest gate of the last run that was entered; NULL: none, or none since schema 2 */
    "ALTER TABLE series ADD COLUMN gate REAL;",
    NULL,
};

static bool is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

bool sy_history_db_fail(sqlite3 *db, GError **error)
{
    const char *path = sqlite3_db_filename(db, "main");

    if (is_damage(sqlite3_errcode(db))) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s is damaged (%s); " REMEDY, path,
                    sqlite3_errmsg(db));
    } else {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "%s: %s", path, sqlite3_errmsg(db));
    }
    return false;
}

bool sy_history_db_exec(sqlite3 *db, const char *sql, GError **error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || sy_history_db_fail(db, error);
}

sqlite3_stmt *sy_history_db_prepare(sqlite3 *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        sy_history_db_fail(db, error);
    }
    return statement;
}

void sy_history_db_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC); /* NULL binds NULL */
}

void sy_history_db_bind_double(sqlite3_stmt *statement, int index, double value)
{
    if (isfinite(value)) {
        sqlite3_bind_double(statement, index, value);
    } else {
        sqlite3_bind_null(statement, index);
    }
}

bool sy_history_db_run(sqlite3_stmt *statement, GError **error)
{
    int code = sqlite3_step(statement);

    /* Before the reset, because a reset clears the message. */
    if (code != SQLITE_DONE) {
        sy_history_db_fail(sqlite3_db_handle(statement), error);
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE;
}

/* Reads the whole number in the first column of the first row; 0 without a row. */
static bool read_int(sqlite3 *db, const char *sql, int *out, GError **error)
{
    sqlite3_stmt *statement = sy_history_db_prepare(db, sql, error);
    int code;

    if (!statement) {
        return false;
    }
    code = sqlite3_step(statement);
    *out = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE || sy_history_db_fail(db, error);
}

/* Checks every page of the database. */
static bool sound(sqlite3 *db, GError **error)
{
    sqlite3_stmt *statement = sy_history_db_prepare(db, "PRAGMA quick_check(1)", error);
    g_autofree char *answer = NULL;

    if (!statement) {
        return false;
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        sy_history_db_fail(db, error);
        sqlite3_finalize(statement);
        return false;
    }
    answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    if (g_strcmp0(answer, "ok") != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s is damaged (%s); " REMEDY,
                    sqlite3_db_filename(db, "main"), answer);
        return false;
    }
    return true;
}

/* Checks that it is a history, or empty, and that its schema is known. */
static bool ours(sqlite3 *db, int newest, int *version, GError **error)
{
    const char *path = sqlite3_db_filename(db, "main");
    int id = 0, tables = 0;

    if (!read_int(db, "PRAGMA user_version", version, error) ||
        !read_int(db, "PRAGMA application_id", &id, error) ||
        !read_int(db, "SELECT count(*) FROM sqlite_schema", &tables, error)) {
        return false;
    }
    if (id != SY_HISTORY_APPLICATION_ID && (id != 0 || tables != 0 || *version != 0)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s is the database of another program (application_id %d); " REMEDY, path, id);
        return false;
    }
    if (*version > newest) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s has schema %d, but this steelyard knows only up to %d; use the newer one, "
                    "or: " REMEDY,
                    path, *version, newest);
        return false;
    }
    return true;
}

/* Runs the missing steps, all or none. */
static bool bring_up(sqlite3 *db, const char *const *steps, GError **error)
{
    g_autofree char *stamp = NULL;
    int newest = (int)g_strv_length((char **)steps), version;
    bool ok = true;

    if (!sy_history_db_exec(db, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    /* Read again under the lock, because another steelyard may have upgraded it. */
    if (!ours(db, newest, &version, error)) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    for (; ok && version < newest; version++) {
        ok = sy_history_db_exec(db, steps[version], error);
    }
    stamp = g_strdup_printf("PRAGMA user_version = %d; PRAGMA application_id = %d", newest,
                            SY_HISTORY_APPLICATION_ID);
    if (ok && sy_history_db_exec(db, stamp, error) && sy_history_db_exec(db, "COMMIT", error)) {
        return true;
    }
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool prepare(sqlite3 *db, bool check, const char *const *steps, GError **error)
{
    int newest = (int)g_strv_length((char **)steps), version;

    sqlite3_busy_timeout(db, BUSY_MS);
    /* Checked before anything is written; setting the journal mode writes to the file. */
    return ours(db, newest, &version, error) && (!check || sound(db, error)) &&
           /* Without foreign keys, since a step may put another table in a table's place. */
           sy_history_db_exec(db,
                              "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA foreign_keys = OFF",
                              error) &&
           (version == newest || bring_up(db, steps, error)) &&
           sy_history_db_exec(db, "PRAGMA foreign_keys = ON", error);
}

/* Makes an empty private file, which SQLite accepts as a database without tables. */
static bool touch(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot make the file", path);
        return false;
    }
    close(fd);
    return true;
}

static sqlite3 *open_file(const char *path, bool check, const char *const *steps, GError **error)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot open %s: %s", path,
                    db ? sqlite3_errmsg(db) : "out of memory");
        sqlite3_close(db);
        return NULL;
    }
    if (!prepare(db, check, steps, error)) {
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

/* A copy whose files are gone as soon as it is open, so that nobody has to remove them. */
static sqlite3 *open_copy(const char *path, const char *const *steps, GError **error)
{
    g_autofree char *copy = sy_history_copy(path, error);
    g_autofree char *folder = copy ? g_path_get_dirname(copy) : NULL;
    /* Checked, because later messages would name the copy. */
    sqlite3 *db = copy ? open_file(copy, true, steps, error) : NULL;

    /* Takes in the log, which has a file of its own. */
    if (db && !sy_history_db_exec(db, "PRAGMA journal_mode = MEMORY", error)) {
        sqlite3_close(g_steal_pointer(&db));
    }
    if (copy && !db) {
        g_prefix_error(error, "%s, of which this user reads a copy: ", path);
    }
    if (folder) {
        sy_fs_remove_tree(folder);
    }
    return db;
}

sqlite3 *sy_history_db_open(const char *path, bool make, bool check, const char *const *steps,
                            GError **error)
{
    if (!make && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "there is no history yet (%s); a finished run is added by itself, and `steelyard "
            "history --import RUN...` adds older ones",
            path);
        return NULL;
    }
    if (make && !touch(path, error)) {
        return NULL;
    }
    return make || sy_history_writable(path) ? open_file(path, check, steps, error)
                                             : open_copy(path, steps, error);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/utc.h"
#include "judge/gate.h"
#include "result/identity.h"
#include "result/run-json.h"
#include "store/history-own.h"

SyHistory *sy_history_open(const char *results, bool write, GError **error)
{
    g_autofree char *path = g_build_filename(results, SY_HISTORY_FILE, NULL);
    sqlite3 *db = sy_history_db_open(path, write, write, sy_history_steps, error);
    SyHistory *history;

    if (!db) {
        return NULL;
    }
    history = g_new0(SyHistory, 1);
    history->db = db;
    return history;
}

void sy_history_close(SyHistory *history)
{
    if (history) {
        sqlite3_close(history->db);
        g_free(history);
    }
}

static bool enterable(const SyRunResult *run, GError **error)
{
    g_autofree char *started = run->started ? sy_utc_text(run->started) : NULL;
    const char *why = !run->id || !started        ? "it has no id or start time"
                      : run->exit < 0             ? "it has not ended"
                      : sy_run_result_faulty(run) ? "it ran with injected faults (--fault)"
                                                  : NULL;

    if (why) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "run %s cannot enter the history: %s",
                    run->id ? run->id : "(unnamed)", why);
    }
    return !why;
}

/* The statements of an import, and the values that all of its points share. */
typedef struct {
    sqlite3_stmt *forget, *run, *series, *point;
    const char *build;
    const SyRunResult *whole;
    gint64 run_id;
} Import;

static bool import_prepare(Import *i, sqlite3 *db, GError **error)
{
    return (i->forget = sy_history_db_prepare(db, "DELETE FROM runs WHERE identity = ?", error)) &&
           (i->run = sy_history_db_prepare(
                db,
                "INSERT INTO runs (identity, name, started, job, exit, fingerprint, image_sha256, "
                "release, flavor, upstream, mods_sha256, results) "
                "VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                error)) &&
           (i->series = sy_history_db_prepare(
                db,
                "INSERT INTO series (metric, case_id, subject, host_mode, place, unit, better, "
                "gate) "
                "VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET unit = excluded.unit, "
                "better = excluded.better, gate = excluded.gate RETURNING id",
                error)) &&
           (i->point = sy_history_db_prepare(
                db,
                "INSERT OR REPLACE INTO points (series, run, status, n, median, low, high) "
                "VALUES (?,?,?,?,?,?,?)",
                error));
}

static void import_clear(Import *i)
{
    sqlite3_finalize(i->forget);
    sqlite3_finalize(i->run);
    sqlite3_finalize(i->series);
    sqlite3_finalize(i->point);
}

static bool enter_run(Import *i, sqlite3 *db, const SyRunResult *run, GError **error)
{
    g_autofree char *text = sy_run_result_text(run), *identity = sy_run_identity(run);
    g_autofree char *started = sy_utc_text(run->started);
    const SyBuildInfo *b = run->build;
    const char *const columns[] = {
        identity,
        run->id,
        started,
        run->job,
        NULL,
        run->host ? run->host->fingerprint : NULL,
        run->lab ? run->lab->image_sha256 : NULL,
        b ? b->release : NULL,
        b ? b->flavor : NULL,
        b ? b->upstream : NULL,
        b ? b->mods_sha256 : NULL,
        text,
    };

    sy_history_db_bind_text(i->forget, 1, identity);
    if (!sy_history_db_run(i->forget, error)) {
        return false;
    }
    for (gsize k = 0; k < G_N_ELEMENTS(columns); k++) {
        sy_history_db_bind_text(i->run, (int)k + 1, columns[k]);
    }
    sqlite3_bind_int(i->run, 5, run->exit);
    if (!sy_history_db_run(i->run, error)) {
        return false;
    }
    i->run_id = sqlite3_last_insert_rowid(db);
    return true;
}

static bool series_id(Import *i, const SyCaseResult *result, const SyMetric *metric, gint64 *id,
                      GError **error)
{
    g_autofree char *host = sy_series_host(i->whole, result);
    const char *const columns[] = {
        metric->name,
        result->id,
        i->build,
        result->host_mode,
        host,
        metric->unit,
        sy_better_name(metric->better),
    };
    bool ok;

    for (gsize k = 0; k < G_N_ELEMENTS(columns); k++) {
        sy_history_db_bind_text(i->series, (int)k + 1,
                                columns[k] || k == 5 ? columns[k]
                                                     : "" /* only the unit may be NULL */);
    }
    sy_history_db_bind_double(i->series, 8, sy_gate_tightest(&metric->gate, metric->better));
    ok = sqlite3_step(i->series) == SQLITE_ROW;
    *id = ok ? sqlite3_column_int64(i->series, 0) : 0;
    if (!ok) {
        sy_history_db_fail(sqlite3_db_handle(i->series), error);
    }
    sqlite3_reset(i->series);
    return ok;
}

static bool enter_case(Import *i, const SyCaseResult *result, GError **error)
{
    for (guint k = 0; k < result->metrics->len; k++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, k);
        gint64 series;

        if (!isfinite(metric->median)) {
            continue;
        }
        if (!series_id(i, result, metric, &series, error)) {
            return false;
        }
        sqlite3_bind_int64(i->point, 1, series);
        sqlite3_bind_int64(i->point, 2, i->run_id);
        sy_history_db_bind_text(i->point, 3, sy_status_name(result->status));
        sqlite3_bind_int(i->point, 4, (int)metric->samples->len);
        sy_history_db_bind_double(i->point, 5, metric->median);
        sy_history_db_bind_double(i->point, 6, metric->ci95[0]);
        sy_history_db_bind_double(i->point, 7, metric->ci95[1]);
        if (!sy_history_db_run(i->point, error)) {
            return false;
        }
    }
    return true;
}

static bool enter_all(Import *i, sqlite3 *db, const SyRunResult *run, GError **error)
{
    if (!import_prepare(i, db, error) || !enter_run(i, db, run, error)) {
        return false;
    }
    for (guint k = 0; k < run->cases->len; k++) {
        if (!enter_case(i, g_ptr_array_index(run->cases, k), error)) {
            return false;
        }
    }
    return true;
}

bool sy_history_import(SyHistory *history, const SyRunResult *run, GError **error)
{
    g_autofree char *build = sy_series_build(run->build);
    Import i = {.build = build, .whole = run};
    bool ok;

    if (!enterable(run, error) || !sy_history_db_exec(history->db, "BEGIN IMMEDIATE", error)) {
        return false;
    }
    ok = enter_all(&i, history->db, run, error);
    import_clear(&i);
    if (ok && sy_history_db_exec(history->db, "COMMIT", error)) {
        return true;
    }
    sqlite3_exec(history->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* The message for an id that several runs have, with these UUIDs. */
static void set_ambiguous(const char *name, GPtrArray *uuids, GError **error)
{
    g_autofree char *list = NULL;

    g_ptr_array_add(uuids, NULL);
    list = g_strjoinv(", ", (GStrv)uuids->pdata);
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "the history has %u runs with the id '%s'; give the UUID of one of them: %s",
                uuids->len - 1, name, list);
}

char *sy_history_export(SyHistory *history, const char *name, GError **error)
{
    sqlite3_stmt *s =
        sy_history_db_prepare(history->db,
                              "SELECT results, substr(identity, length(name) + 2) FROM runs "
                              "WHERE name = ?1 OR identity = name || ' ' || ?1 ORDER BY identity",
                              error);
    g_autoptr(GPtrArray) uuids = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = NULL;
    int code;

    if (!s) {
        return NULL;
    }
    sy_history_db_bind_text(s, 1, name);
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        g_free(text);
        text = g_strdup((const char *)sqlite3_column_text(s, 0));
        g_ptr_array_add(uuids, g_strdup((const char *)sqlite3_column_text(s, 1)));
    }
    if (code != SQLITE_DONE) {
        sy_history_db_fail(history->db, error);
    }
    sqlite3_finalize(s);
    if (code == SQLITE_DONE && uuids->len == 1) {
        return g_steal_pointer(&text);
    }
    if (code == SQLITE_DONE && uuids->len > 1) {
        set_ambiguous(name, uuids, error);
    } else if (code == SQLITE_DONE) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "run '%s' is not in the history; `steelyard history` lists the runs", name);
    }
    return NULL;
}

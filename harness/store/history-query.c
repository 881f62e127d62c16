/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "base/utc.h"
#include "result/identity.h"
#include "store/history-own.h"

static const char query_text[] =
    "SELECT s.id, s.metric, s.case_id, s.subject, s.host_mode, s.place, s.unit, s.better, s.gate,"
    "       r.name, r.started, r.mods_sha256, p.status, p.n, p.median, p.low, p.high "
    "FROM series s JOIN points p ON p.series = s.id JOIN runs r ON r.id = p.run "
    "ORDER BY s.metric, s.case_id, s.subject, s.host_mode, s.place, r.started, r.name, r.identity";

/* The newest points first, up to a limit. */
static const char fill_text[] =
    "SELECT r.name, r.started, r.mods_sha256, p.status, p.n, p.median, p.low, p.high "
    "FROM series s JOIN points p ON p.series = s.id JOIN runs r ON r.id = p.run "
    "WHERE s.metric = ?1 AND s.case_id = ?2 AND s.subject = ?3 AND s.host_mode = ?4 "
    "AND s.place = ?5 AND (r.started, r.name, r.identity) < (?6, ?7, ?8) "
    "ORDER BY r.started DESC, r.name DESC, r.identity DESC LIMIT ?9";

/* Columns of query_text. */
enum { ID, METRIC, CASE, BUILD, MODE, HOST, UNIT, BETTER, GATE, POINT };
/* Columns of a point: in fill_text, and in query_text behind those of the series. */
enum { RUN, STARTED, MODS, STATUS, N, MEDIAN, LOW, HIGH };

static char *text_of(sqlite3_stmt *s, int column)
{
    return g_strdup((const char *)sqlite3_column_text(s, column));
}

static double double_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static SySeries *series_of(sqlite3_stmt *s)
{
    SySeries *series = sy_series_new();

    series->metric = text_of(s, METRIC);
    series->case_id = text_of(s, CASE);
    series->build = text_of(s, BUILD);
    series->host_mode = text_of(s, MODE);
    series->host = text_of(s, HOST);
    series->unit = text_of(s, UNIT);
    sy_better_parse((const char *)sqlite3_column_text(s, BETTER), &series->better);
    series->gate = double_of(s, GATE);
    return series;
}

static SySeriesPoint *point_of(sqlite3_stmt *s, int at)
{
    SySeriesPoint *point = g_new0(SySeriesPoint, 1);

    point->run = text_of(s, at + RUN);
    point->started = text_of(s, at + STARTED);
    point->mods_sha256 = text_of(s, at + MODS);
    sy_status_parse((const char *)sqlite3_column_text(s, at + STATUS), &point->status);
    point->n = (guint)sqlite3_column_int(s, at + N);
    point->median = double_of(s, at + MEDIAN);
    point->ci95[0] = double_of(s, at + LOW);
    point->ci95[1] = double_of(s, at + HIGH);
    return point;
}

bool sy_history_fill(SyHistory *history, const SyRunResult *run, GPtrArray *all, guint limit,
                     GError **error)
{
    sqlite3_stmt *s = sy_history_db_prepare(history->db, fill_text, error);
    g_autofree char *started = run->started ? sy_utc_text(run->started) : NULL;
    g_autofree char *identity = sy_run_identity(run);
    int code = SQLITE_DONE;

    if (!s) {
        return false;
    }
    for (guint i = 0; i < all->len && code == SQLITE_DONE; i++) {
        SySeries *series = g_ptr_array_index(all, i);
        const char *const key[] = {series->metric,         series->case_id, series->build,
                                   series->host_mode,      series->host,    started ? started : "",
                                   run->id ? run->id : "", identity};

        for (gsize k = 0; k < G_N_ELEMENTS(key); k++) {
            sy_history_db_bind_text(s, (int)k + 1, key[k]);
        }
        sqlite3_bind_int(s, 9, (int)MIN(limit, G_MAXINT));
        while ((code = sqlite3_step(s)) == SQLITE_ROW) {
            g_ptr_array_insert(series->points, 0, point_of(s, 0));
        }
        if (code != SQLITE_DONE) {
            sy_history_db_fail(history->db, error);
        }
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE;
}

/* All series, with all points. */
static GPtrArray *read_all(SyHistory *history, GError **error)
{
    sqlite3_stmt *s = sy_history_db_prepare(history->db, query_text, error);
    g_autoptr(GPtrArray) all = sy_series_array_new();
    SySeries *series = NULL;
    gint64 id = -1;
    int code;

    if (!s) {
        return NULL;
    }
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        if (!series || sqlite3_column_int64(s, ID) != id) {
            id = sqlite3_column_int64(s, ID);
            series = series_of(s);
            g_ptr_array_add(all, series);
        }
        g_ptr_array_add(series->points, point_of(s, POINT));
    }
    if (code != SQLITE_DONE) {
        sy_history_db_fail(history->db, error);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? g_steal_pointer(&all) : NULL;
}

static bool matches(const SySeries *series, const SyHistoryQuery *query)
{
    return series->points->len > 0 &&
           sqlite3_strglob(query->metric ? query->metric : "*", series->metric) == 0 &&
           sqlite3_strglob(query->case_id ? query->case_id : "*", series->case_id) == 0;
}

/* Everything is read, whatever is asked for: a series is judged among all series of its runs, and
 * so its change points must not depend on the question. */
GPtrArray *sy_history_query(SyHistory *history, const SyHistoryQuery *query, GError **error)
{
    g_autoptr(GPtrArray) all = read_all(history, error);

    if (!all) {
        return NULL;
    }
    sy_series_judge(all);
    for (guint i = all->len; i > 0; i--) {
        SySeries *series = g_ptr_array_index(all, i - 1);

        sy_series_cut(series, query->since ? query->since : "");
        if (!matches(series, query)) {
            g_ptr_array_remove_index(all, i - 1);
        }
    }
    return g_steal_pointer(&all);
}

GStrv sy_history_metrics(SyHistory *history, GError **error)
{
    sqlite3_stmt *s = sy_history_db_prepare(
        history->db, "SELECT DISTINCT metric FROM series ORDER BY metric", error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    int code;

    if (!s) {
        return NULL;
    }
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        g_ptr_array_add(names, text_of(s, 0));
    }
    if (code != SQLITE_DONE) {
        sy_history_db_fail(history->db, error);
        sqlite3_finalize(s);
        return NULL;
    }
    sqlite3_finalize(s);
    g_ptr_array_add(names, NULL);
    return (GStrv)g_ptr_array_steal(names, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of all runs, results/history.db: each run's results.json, and of each case's metrics
 * one point. A series is a metric of a case, of one subject ("modded:10.0"), in one host mode, on
 * one host (but for lab-exact, where that decides nothing): what is never compared is never in one
 * series. SQLite with a write-ahead log: a run is in it as a whole, or not at all, whatever is
 * killed when.
 */
#ifndef SY_STORE_HISTORY_H
#define SY_STORE_HISTORY_H

#include <glib.h>
#include <stdbool.h>

#include "judge/series.h"
#include "result/result.h"

/* In the folder of the run folders. */
#define SY_HISTORY_FILE "history.db"

typedef struct SyHistory SyHistory;

/*
 * Opens RESULTS/history.db to be read, or with `write` also to be written to; then it is made if
 * missing, and checked through and through. SY_ERROR_USAGE with the remedy, and nothing touched, if
 * it is damaged, somebody else's, or of a newer schema; SY_ERROR_UNAVAILABLE if there is none to
 * read; SY_ERROR_IO. The caller owns it.
 */
SyHistory *sy_history_open(const char *results, bool write, GError **error);

void sy_history_close(SyHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyHistory, sy_history_close)

/*
 * Enters a run; one that is in it already is replaced, with all its points. SY_ERROR_USAGE for a
 * run that is not finished, was made with a fault, or has no id or start. Waits for others that
 * write; synced when the log is folded into the database.
 */
bool sy_history_import(SyHistory *history, const SyRunResult *run, GError **error);

/* The results.json of the run `name`, as sy_run_result_text() has it; SY_ERROR_USAGE if it is
 * not in the history. The caller frees. */
char *sy_history_export(SyHistory *history, const char *name, GError **error);

/* What is asked for; NULL: all. */
typedef struct {
    const char *metric;  /* glob */
    const char *case_id; /* glob */
    const char *since;   /* ISO 8601, UTC: runs that started then or later */
} SyHistoryQuery;

/* The series that have a point, by metric, case, subject, mode and place. The caller owns the array
 * of SySeries*. */
GPtrArray *sy_history_query(SyHistory *history, const SyHistoryQuery *query, GError **error);

/*
 * Puts into each of `all` (SySeries* of sy_series_of_run(run), say) before its first point those of
 * runs that started before `run`, the newest `limit` of them. On an error some may have theirs.
 */
bool sy_history_fill(SyHistory *history, const SyRunResult *run, GPtrArray *all, guint limit,
                     GError **error);

/* The names of all metrics in it, sorted. The caller frees. */
GStrv sy_history_metrics(SyHistory *history, GError **error);

#endif

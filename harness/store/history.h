/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history of all runs, results/history.db: each run's results.json, and one point for each
 * metric of each case. A series has the points of one metric, case, build ("modded:10.0"), host
 * mode and host (in lab-exact: any host), so its points are always comparable. SQLite with a
 * write-ahead log: a run is entered as a whole or not at all, even after a kill.
 */
#ifndef SY_STORE_HISTORY_H
#define SY_STORE_HISTORY_H

#include <glib.h>
#include <stdbool.h>

#include "judge/series.h"
#include "result/result.h"

/* The name of the file, in the folder of the run folders. */
#define SY_HISTORY_FILE "history.db"

typedef struct SyHistory SyHistory;

/*
 * Opens RESULTS/history.db for reading, which does not take the right to write it. With `write`
 * also for writing; then it is made if missing, and every page is checked. SY_ERROR_USAGE with the
 * remedy if it is damaged, another program's, or of a newer schema; it is then left unchanged.
 * SY_ERROR_UNAVAILABLE if there is none to read; SY_ERROR_IO; SY_ERROR_TIMEOUT if it may only be
 * read and is written all the time. The caller closes it.
 */
SyHistory *sy_history_open(const char *results, bool write, GError **error);

void sy_history_close(SyHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyHistory, sy_history_close)

/*
 * Adds a run, in place of an earlier entry of it, known by id and UUID, and all points of that.
 * SY_ERROR_USAGE for a run that is unfinished, has injected faults, or has no id or start time.
 * Waits for other writers, at most 20 s. Synced at the next checkpoint of the write-ahead log.
 */
bool sy_history_import(SyHistory *history, const SyRunResult *run, GError **error);

/* The results.json of the run with the id or UUID `name`, as from sy_run_result_text().
 * SY_ERROR_USAGE if it is not in the history, or names several runs. The caller frees. */
char *sy_history_export(SyHistory *history, const char *name, GError **error);

/* What to look for; NULL: all. */
typedef struct {
    const char *metric;  /* glob */
    const char *case_id; /* glob */
    const char *since;   /* ISO 8601, UTC: only runs that started then or later */
} SyHistoryQuery;

/* The matching series that have points, sorted by metric, case, build, host mode and host; judged
 * among all series of the history. The caller owns the array of SySeries*. */
GPtrArray *sy_history_query(SyHistory *history, const SyHistoryQuery *query, GError **error);

/*
 * Puts earlier points in front of each of `all` (SySeries*, for example from
 * sy_series_of_run(run)): the newest `limit` points of runs that started before `run`. After an
 * error some series may have theirs.
 */
bool sy_history_fill(SyHistory *history, const SyRunResult *run, GPtrArray *all, guint limit,
                     GError **error);

/* The names of all metrics in the history, sorted. The caller frees. */
GStrv sy_history_metrics(SyHistory *history, GError **error);

#endif

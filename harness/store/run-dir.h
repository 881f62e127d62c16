/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where runs live: RESULTS/ID/ with logs/ and traces/, and RESULTS/latest pointing at the newest.
 */
#ifndef SY_STORE_RUN_DIR_H
#define SY_STORE_RUN_DIR_H

#include <glib.h>
#include <stdbool.h>

/* Files of a run folder. */
#define SY_RUN_RESULTS "results.json"
#define SY_RUN_JOURNAL "journal.jsonl"
#define SY_RUN_REPORT "report.html"
#define SY_RUN_JUNIT "junit.xml"
#define SY_RUN_SUMMARY "summary.md"

/*
 * Makes a new run folder (0700, so that nobody else reaches its sockets) in `results`, which is
 * made if missing, with logs/ and traces/ in it. Its name, the run's id, is `started` in UTC and
 * the job, "20261120T160800Z-smoke"; "-2", "-3" ... follows where that is taken. Characters of
 * `job` other than A-Za-z0-9._+ become '-'. Returns the path; its basename is the id. The caller
 * frees.
 */
char *sy_run_dir_create(const char *results, const char *job, GDateTime *started, GError **error);

/* The same with nothing in it: for a comparison, which is no run. The caller frees. */
char *sy_run_dir_create_bare(const char *results, const char *job, GDateTime *started,
                             GError **error);

/* Points RESULTS/latest at `run_dir`, which lies in `results`; atomically. */
bool sy_run_dir_set_latest(const char *results, const char *run_dir, GError **error);

/*
 * The folder of the run that a user means: "latest" (or NULL), an id, or a path to a run folder or
 * to a file in it. SY_ERROR_USAGE lists the newest runs there are. "latest" is resolved, so that
 * the answer stays the same run. The caller frees.
 */
char *sy_run_dir_find(const char *results, const char *name, GError **error);

/* The ids of the runs in `results`, newest first; empty if there are none. The caller frees. */
GStrv sy_run_dir_list(const char *results);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run folders: RESULTS/ID/ with logs/ and traces/, and RESULTS/latest, a link to the newest. */
#ifndef SY_STORE_RUN_DIR_H
#define SY_STORE_RUN_DIR_H

#include <glib.h>
#include <stdbool.h>

/* The files of a run folder. */
#define SY_RUN_RESULTS "results.json"
#define SY_RUN_JOURNAL "journal.jsonl"
#define SY_RUN_REPORT "report.html"
#define SY_RUN_JUNIT "junit.xml"
#define SY_RUN_SUMMARY "summary.md"

/*
 * Makes a new run folder with logs/ and traces/ in `results`, which is made if missing. Mode 0700,
 * so that nobody else can reach its sockets. The folder's name is the run's id: `started` in UTC
 * and the job, "20261120T160800Z-smoke", with "-2", "-3" ... if that exists. Other characters of
 * `job` than A-Za-z0-9._+ become '-'. SY_ERROR_IO. Returns the path; the caller frees.
 */
char *sy_run_dir_create(const char *results, const char *job, GDateTime *started, GError **error);

/* The same without logs/ and traces/, for a comparison of two builds. The caller frees. */
char *sy_run_dir_create_bare(const char *results, const char *job, GDateTime *started,
                             GError **error);

/* Points RESULTS/latest at `run_dir`, which is in `results`; atomically. SY_ERROR_IO. */
bool sy_run_dir_set_latest(const char *results, const char *run_dir, GError **error);

/*
 * The run folder that a user means: by "latest" (or NULL), an id, or a path to a run folder or to a
 * file in one. The link "latest" is resolved, so that the result stays the same run. SY_ERROR_USAGE
 * lists the newest runs. The caller frees.
 */
char *sy_run_dir_find(const char *results, const char *name, GError **error);

/* The ids of all runs in `results`, newest first. The caller frees. */
GStrv sy_run_dir_list(const char *results);

#endif

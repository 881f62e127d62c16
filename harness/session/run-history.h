/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run in the history, results/history.db: entering it, and what the history tells its report. */
#ifndef SY_SESSION_RUN_HISTORY_H
#define SY_SESSION_RUN_HISTORY_H

#include <stdbool.h>

#include "result/result.h"

/* Enters `run`, which has ended, into the history in `results_dir`; a run with injected faults is
 * left out. Errors as in sy_history_open() and sy_history_import(). */
bool sy_run_history_enter(const SyRunResult *run, const char *results_dir, GError **error);

/*
 * The history section of report.html: the metrics of `run` and of earlier runs, from the history
 * beside the folder `run_dir`. `run` itself need not be entered. If the history cannot be read, the
 * section says why instead of the plots, and so does `*trouble` (may be NULL); NULL if it could, or
 * if there is none yet. Blocks for gnuplot. The caller frees both.
 */
char *sy_run_history_section(const SyRunResult *run, const char *run_dir, char **trouble);

#endif

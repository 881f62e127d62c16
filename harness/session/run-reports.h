/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that a run folder has for its readers, each rendered from the run's results. */
#ifndef SY_SESSION_RUN_REPORTS_H
#define SY_SESSION_RUN_REPORTS_H

#include <stdbool.h>

#include "result/result.h"

/*
 * Writes results.json, junit.xml, report.html and summary.md into `run_dir`. `*no_history` (may be
 * NULL) is why report.html lacks a history that exists, NULL if it does not; the caller frees it.
 * Blocks for gnuplot.
 */
bool sy_run_reports_write(const SyRunResult *run, const char *run_dir, char **no_history,
                          GError **error);

#endif

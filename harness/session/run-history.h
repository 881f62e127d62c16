/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the history knows of a run's figures, for its report. */
#ifndef SY_SESSION_RUN_HISTORY_H
#define SY_SESSION_RUN_HISTORY_H

#include "result/result.h"

/*
 * The section of report.html for `run`, by the history beside its folder `run_dir`: runs that
 * started earlier, and this one, entered or not. A history that is missing, damaged or of something
 * else costs the plots, and the section says so; `*trouble` (may be NULL) is then why, or NULL if
 * there simply is none yet. Blocks for gnuplot. The caller frees both.
 */
char *sy_run_history_section(const SyRunResult *run, const char *run_dir, char **trouble);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run-diff on the terminal, and the texts that other renderers share. */
#ifndef SY_REPORT_RUN_DIFF_H
#define SY_REPORT_RUN_DIFF_H

#include "judge/run-diff.h"
#include "report/terminal.h"

/* Both builds, notes, every metric that is not the same, counts, and the verdict. The caller frees,
 * as below. */
char *sy_run_diff_text(const SyRunDiff *diff, const SyTerminalStyle *style);

/* "modded:10.0 (1:10.0.13+ds-0+deb13u1, mods 1234abcd5678), run ..., with injected faults". */
char *sy_run_diff_run_text(const SyRunDiffRun *run);

/* "+0.010 -> +1.012 %: shift +1.002 [+0.990, +1.013], p 0.00004". */
char *sy_run_diff_values_text(const SyRunDiffRow *row);

/* "minimum detectable change 0.04 %", "exact", "minimum detectable change: none"; "" if the row was
 * not judged. */
char *sy_run_diff_detectable_text(const SyRunDiffRow *row);

/* True if both rows belong to one case that a build could not measure: the reason is then given
 * once. */
bool sy_run_diff_same_reason(const SyRunDiffRow *above, const SyRunDiffRow *row);

/* "2 of 120 metrics got worse; 1 got better; 17 are undecided (2 because of new alone); 100 are the
 * same." */
char *sy_run_diff_sentence(const SyRunDiff *diff);

#endif

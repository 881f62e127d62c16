/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison of two runs, for the terminal; and the words that other renderers share. */
#ifndef SY_REPORT_RUN_DIFF_H
#define SY_REPORT_RUN_DIFF_H

#include "judge/run-diff.h"
#include "report/terminal.h"

/* Sides, notes, every figure that is not the same, counts, and the verdict. The caller frees, as
 * below. */
char *sy_run_diff_text(const SyRunDiff *diff, const SyTerminalStyle *style);

/* "modded:10.0 (1:10.0.13+ds-0+deb13u1, mods 1234abcd5678), run ..., made wrong on purpose". */
char *sy_run_diff_side_text(const SyRunDiffSide *side);

/* "+0.010 -> +1.012 %: shift +1.002 [+0.990, +1.013], p 0.00004". */
char *sy_run_diff_values_text(const SyRunDiffRow *row);

/* "could have seen 0.04 %", "to the digit", "could have seen nothing"; "" if it was not judged. */
char *sy_run_diff_detectable_text(const SyRunDiffRow *row);

/* Are both of one case that one side could not measure? Then one reason is said of them all. */
bool sy_run_diff_same_reason(const SyRunDiffRow *above, const SyRunDiffRow *row);

/* "2 of 120 figures got worse; 1 got better; 100 are the same; 17 are undecided." */
char *sy_run_diff_sentence(const SyRunDiff *diff);

#endif

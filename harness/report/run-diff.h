/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison of two runs, for the terminal; and the words that other renderers share. */
#ifndef SY_REPORT_RUN_DIFF_H
#define SY_REPORT_RUN_DIFF_H

#include "judge/run-diff.h"
#include "report/terminal.h"

/* Sides, notes, every figure that is not the same, counts, and the verdict. The caller frees, as
 * below. */
char *sy_contrast_text(const SyContrast *contrast, const SyTerminalStyle *style);

/* "modded:10.0 (1:10.0.13+ds-0+deb13u1, mods 1234abcd5678), run ..., made wrong on purpose". */
char *sy_contrast_side_text(const SyContrastSide *side);

/* "+0.010 -> +1.012 %: shift +1.002 [+0.990, +1.013], p 0.00004". */
char *sy_contrast_figures(const SyContrastRow *row);

/* "could have seen 0.04 %", "to the digit", "could have seen nothing"; "" if it was not judged. */
char *sy_contrast_sight(const SyContrastRow *row);

/* Are both of one case that one side could not measure? Then one reason is said of them all. */
bool sy_contrast_goes_on(const SyContrastRow *above, const SyContrastRow *row);

/* "2 of 120 figures got worse; 1 got better; 100 are the same; 17 are undecided." */
char *sy_contrast_sentence(const SyContrast *contrast);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two kinds of `steelyard compare`, of runs and of builds, share. */
#ifndef SY_CLI_COMPARE_H
#define SY_CLI_COMPARE_H

#include <stdbool.h>

#include "judge/run-diff.h"
#include "session/ab.h"

/* Prints the comparison on stdout; returns the exit code. */
int sy_compare_show(const SyRunDiff *diff, bool json);

/* Measures and compares two builds, with progress on stderr and the comparison on stdout. Prints
 * errors too; returns the exit code. */
int sy_compare_builds(const SyAbOptions *options, char **argv, bool json);

#endif

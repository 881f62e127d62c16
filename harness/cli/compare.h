/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two kinds of `steelyard compare` share. */
#ifndef SY_CLI_COMPARE_H
#define SY_CLI_COMPARE_H

#include <glib.h>
#include <stdbool.h>

#include "judge/run-diff.h"

typedef struct {
    SyRunDiffRule rule;
    char *filter, *metric, *out;
    char *report; /* of runs; builds have their page in their folder */
    char *base, *new_spec, *base_qemu, *new_qemu; /* builds; all NULL: two runs are compared */
    char *host;
    int repeat; /* 0: SY_COMPARE_REPETITIONS (run/job.h); in lab-exact the jobs' */
    double limit_s;
    GStrv faults; /* of new */
    bool json;
} SyCompareOptions;

/* Prints the comparison on stdout; returns the exit code. */
int sy_compare_show(const SyRunDiff *diff, bool json);

/* Measures both builds in turns as the job files `jobs` say, compares them, and leaves all of it in
 * a folder of its own. Returns the exit code. */
int sy_compare_builds(const SyCompareOptions *options, char **jobs, char **argv, GError **error);

#endif

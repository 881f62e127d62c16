/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up runs, for the tests of what compares two of them. */
#ifndef SY_TESTS_RUN_DIFF_FIXTURE_H
#define SY_TESTS_RUN_DIFF_FIXTURE_H

#include "judge/run-diff.h"

/* What `make compare` measures of each side at first. */
#define DIFF_REPETITIONS 10

/* A run without cases, on the host `fingerprint` or in a lab on it. The caller frees, as below. */
SyRunResult *diff_run(const char *id, const char *fingerprint);

/*
 * Adds a metric with `n` values to the case `id`, which is made if it is not there: PASS, in that
 * host mode. The case's metrics are metric_0, metric_1 ...; a target has a gate of +-5, except in
 * the case "context". Owned by the run.
 */
SyMetric *diff_add(SyRunResult *run, const char *id, const char *mode, const char *unit,
                   SyBetter better, guint n, const double *values);

/* One metric: `n` values (at most 40) around `base`, as many around `moved`, spread by `spread`. */
SyRunDiff *diff_of_one(const char *mode, const char *unit, SyBetter better, double base,
                       double moved, double spread, guint n);

/* The diff's row with that number. */
const SyRunDiffRow *diff_row(const SyRunDiff *diff, guint index);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes the files of results/baselines, which are in git: one per job, a results.json of
 * schema 1 without anything specific to the machine that made it. */
#ifndef SY_STORE_BASELINE_H
#define SY_STORE_BASELINE_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

/* RESULTS/baselines/JOB.json; other characters of `job` than A-Za-z0-9._+ become '-'. The caller
 * frees. */
char *sy_baseline_path(const char *results, const char *job);

/*
 * Reads the baseline `path`. SY_ERROR_IO if the file cannot be read; SY_ERROR_USAGE with file,
 * field and remedy if it is damaged, is not a baseline, or has a key that does not match its parts.
 * The caller frees.
 */
SyRunResult *sy_baseline_read(const char *path, GError **error);

/* Replaces the file `path` atomically with `baseline` (from sy_baseline_strip()), and makes its
 * folder if it is missing. SY_ERROR_IO. */
bool sy_baseline_write(const SyRunResult *baseline, const char *path, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of results/baselines, which are in git: one per job, results.json of schema 1 without
 * what is of the machine that made it. */
#ifndef SY_STORE_BASELINE_H
#define SY_STORE_BASELINE_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

/* RESULTS/baselines/JOB.json; characters of `job` other than A-Za-z0-9._+ become '-'. The caller
 * frees. */
char *sy_baseline_path(const char *results, const char *job);

/*
 * Reads the baseline `path`. SY_ERROR_IO if it cannot be read; SY_ERROR_USAGE with file, place and
 * remedy if it is damaged, is no baseline, or its key is not that of its parts. The caller frees.
 */
SyRunResult *sy_baseline_read(const char *path, GError **error);

/* Replaces the file `path` atomically by `baseline` (sy_baseline_strip()); makes its folder.
 * SY_ERROR_IO. */
bool sy_baseline_write(const SyRunResult *baseline, const char *path, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes the files of results/baselines, which are in git: one per release of QEMU. */
#ifndef SY_STORE_BASELINE_H
#define SY_STORE_BASELINE_H

#include <glib.h>
#include <stdbool.h>

#include "result/baseline.h"

/* RESULTS/baselines/RELEASE.json. The caller frees. */
char *sy_baseline_path(const char *results, const char *release);

/* Reads the baseline `path`. SY_ERROR_IO if the file cannot be read; SY_ERROR_USAGE with file,
 * field and remedy if it is damaged or is not a baseline. The caller frees. */
SyBaseline *sy_baseline_read(const char *path, GError **error);

/* Replaces the file `path` atomically, and makes its folder if it is missing. SY_ERROR_IO. */
bool sy_baseline_write(const SyBaseline *baseline, const char *path, GError **error);

#endif

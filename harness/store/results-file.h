/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes results.json (result/run-json.h defines its contents). Blocks for the disk. */
#ifndef SY_STORE_RESULTS_FILE_H
#define SY_STORE_RESULTS_FILE_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

/* Replaces the file `path` atomically. SY_ERROR_IO, as on a full disk, keeps the old one. */
bool sy_results_file_write(const SyRunResult *run, const char *path, GError **error);

/* Reads the file `path`. SY_ERROR_IO if it cannot be read; errors of sy_run_result_parse(). The
 * caller frees. */
SyRunResult *sy_results_file_read(const char *path, GError **error);

#endif

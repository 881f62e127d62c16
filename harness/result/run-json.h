/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.json, schema 1: a run as a file that other people's scripts read (docs/RESULTS.md). */
#ifndef SY_RESULT_RUN_JSON_H
#define SY_RESULT_RUN_JSON_H

#include <glib.h>
#include <stdbool.h>

#include "result/result.h"

/* The text of results.json: equal runs give equal bytes, in every locale. The caller frees. */
char *sy_store_results_text(const SyRunResult *run);

/*
 * The run in `text`. `path` begins the messages: SY_ERROR_USAGE with the place ("$.cases[3].unit")
 * and the remedy for what is damaged, lacks a field, or has another schema. Fields that are not of
 * schema 1 are ignored. The caller frees.
 */
SyRunResult *sy_store_results_parse(const char *text, gssize length, const char *path,
                                    GError **error);

/* The same for a file of another kind; `remedy` says how to get it anew. */
SyRunResult *sy_store_results_parse_as(const char *text, gssize length, const char *path,
                                       const char *remedy, GError **error);

/* Replaces the file `path` atomically; a full disk (SY_ERROR_IO) leaves the former one. */
bool sy_store_write_results(const SyRunResult *run, const char *path, GError **error);

/* Reads the file `path`; SY_ERROR_IO if it cannot be read, else as sy_store_results_parse(). */
SyRunResult *sy_store_read_results(const char *path, GError **error);

#endif

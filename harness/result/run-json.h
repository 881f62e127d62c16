/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Converts a run to and from results.json, schema 1 (docs/RESULTS.md). Users' scripts read it. */
#ifndef SY_RESULT_RUN_JSON_H
#define SY_RESULT_RUN_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "result/result.h"

/* The run as JSON: the contents of results.json, and of the journal's start entry. The caller
 * frees with json_node_unref(). */
JsonNode *sy_run_result_to_json(const SyRunResult *run);

/* The text of results.json: equal runs give equal bytes, in every locale. The caller frees. */
char *sy_run_result_text(const SyRunResult *run);

/*
 * The run in `node`; fields that schema 1 does not have are ignored. SY_ERROR_USAGE if something is
 * damaged, missing or of another schema: the message begins with `path`, names the field
 * ("$.cases[3].unit"), and ends with `remedy`, how to get the file back. The caller frees.
 */
SyRunResult *sy_run_result_from_json(JsonNode *node, const char *path, const char *remedy,
                                     GError **error);

/* The same for the text of a results.json (`length` -1: up to NUL), whose remedy is `steelyard
 * report`. */
SyRunResult *sy_run_result_parse(const char *text, gssize length, const char *path, GError **error);

/* The same for a file with another remedy. */
SyRunResult *sy_run_result_parse_as(const char *text, gssize length, const char *path,
                                    const char *remedy, GError **error);

#endif

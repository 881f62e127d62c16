/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Converts a case result to and from a JSON object, schema 1 (docs/RESULTS.md has every field): an
 * element of "cases" in results.json, and the "case" of a journal entry. NAN and NULL become null.
 */
#ifndef SY_RESULT_CASE_JSON_H
#define SY_RESULT_CASE_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "result/result.h"

/* The caller frees the object with json_object_unref(), or gives it away. */
JsonObject *sy_case_result_to_json(const SyCaseResult *result);

/*
 * The case in `object`. Every field of schema 1 must be present; others are ignored. `where`, a
 * file and a JSON path, begins the messages of SY_ERROR_USAGE:
 *
 *     results.json: $.cases[3].unit: missing
 *     results.json: $.cases[3].unit: expected a string, found a number
 *
 * The caller frees.
 */
SyCaseResult *sy_case_result_from_json(JsonObject *object, const char *where, GError **error);

#endif

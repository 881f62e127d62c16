/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons to and from the "comparisons" member of results.json (docs/RESULTS.md). */
#ifndef SY_RESULT_COMPARISON_JSON_H
#define SY_RESULT_COMPARISON_JSON_H

#include <json-glib/json-glib.h>

#include "result/comparison.h"
#include "result/json-fields.h"

/* `comparisons` (SyComparison*) as an array; the caller owns it. */
JsonArray *sy_comparisons_to_json(const GPtrArray *comparisons);

/* Appends the comparisons of the member "comparisons" of `root`, which older files lack. Errors as
 * in result/json-fields.h. */
bool sy_comparisons_from_json(const SyJsonReader *root, GPtrArray *comparisons, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about a host to and from JSON: "host_findings" of results.json (docs/RESULTS.md), and
 * the output of `doctor --json`. */
#ifndef SY_RESULT_FINDING_JSON_H
#define SY_RESULT_FINDING_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "result/finding.h"
#include "result/json-fields.h"

/* The caller frees with json_array_unref(), or gives it away. */
JsonArray *sy_findings_to_json(const GPtrArray *findings);

/* Appends the member "host_findings" of `root` to `findings`; older files lack it. Errors as in
 * result/json-fields.h. */
bool sy_findings_from_json(const SyJsonReader *root, GPtrArray *findings, GError **error);

#endif

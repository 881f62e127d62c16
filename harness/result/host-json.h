/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Converts the hosts of a run to and from JSON objects, schema 1 (docs/RESULTS.md): the machine's
 * fingerprint ("host") and the virtual lab host ("lab"). NULL becomes null.
 */
#ifndef SY_RESULT_HOST_JSON_H
#define SY_RESULT_HOST_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "result/result.h"

/* The caller frees with json_object_unref(), or gives it away. */
JsonObject *sy_host_to_json(const SyHostFingerprint *host);
JsonObject *sy_lab_info_to_json(const SyLabInfo *lab);

/*
 * The reverse. Every field must be present; others are ignored. `where` begins the messages:
 * SY_ERROR_USAGE "results.json: $.host.kvm: expected a string, found a number". The caller frees.
 */
SyHostFingerprint *sy_host_from_json(JsonNode *node, const char *where, GError **error);
SyLabInfo *sy_lab_info_from_json(JsonNode *node, const char *where, GError **error);

#endif

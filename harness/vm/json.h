/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading messages of a peer that may send anything: no cast without a look. Pure. */
#ifndef SY_VM_JSON_H
#define SY_VM_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * `text` (NUL-terminated; `length` bytes without the NUL) as one JSON object with nothing but
 * blanks around it; NULL if they are anything else, or nested deeper than 256 levels. The caller
 * owns it. Numbers beyond gint64 are not kept exactly (json-glib has no unsigned type).
 */
JsonObject *sy_json_parse_object(const char *text, gsize length);

/* `node` (NULL: none) as an object, or NULL if it is none. Owned by the node. */
JsonObject *sy_json_object(JsonNode *node);

/* The member called `name` if it is a string, an object; NULL if not. Owned by `object`. */
const char *sy_json_string_member(JsonObject *object, const char *name);
JsonObject *sy_json_object_member(JsonObject *object, const char *name);

/* The member called `name` if it is an integer; false if not. */
bool sy_json_int_member(JsonObject *object, const char *name, gint64 *value);

#endif

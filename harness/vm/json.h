/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads JSON of a peer that may send anything: checks every type before it is used. Pure. */
#ifndef SY_VM_JSON_H
#define SY_VM_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/* How far a scan of an object has come; all zeros: at its beginning. */
typedef struct {
    guint depth;
    bool in_string, escaped;
} SyJsonScan;

typedef enum {
    SY_JSON_OPEN,   /* the object has not ended */
    SY_JSON_WHOLE,  /* it has, and only blanks follow */
    SY_JSON_BROKEN, /* it does not begin with '{', is nested too deeply, or something follows */
} SyJsonState;

/* Goes on with the scan of an object whose next part is `text` (`length` bytes, and a NUL). Only
 * brackets and strings are looked at. After another state than SY_JSON_OPEN the scan is over. */
SyJsonState sy_json_scan(SyJsonScan *scan, const char *text, gsize length);

/*
 * Parses `text` (NUL-terminated; `length` bytes without the NUL) as one JSON object, with nothing
 * but blanks around it; NULL if it is anything else, or nested more than 256 levels deep. The
 * caller owns the result. Numbers beyond gint64 are not kept exactly (json-glib has no unsigned
 * type).
 */
JsonObject *sy_json_parse_object(const char *text, gsize length);

/* `node` (may be NULL) as an object, or NULL if it is not one. Owned by the node. */
JsonObject *sy_json_object(JsonNode *node);

/* The member `name` if it is a string or an object, respectively; else NULL. Owned by `object`. */
const char *sy_json_string_member(JsonObject *object, const char *name);
JsonObject *sy_json_object_member(JsonObject *object, const char *name);

/* Reads the member `name`; false if it is missing or not an integer. */
bool sy_json_int_member(JsonObject *object, const char *name, gint64 *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes members of JSON objects. Writers turn absent values into null. Readers check
 * that the member is present and of the right type, or set SY_ERROR_USAGE:
 *
 *     <where>.<name>: missing
 *     <where>.<name>: expected a number, found a string
 *
 * `where` is a file and a JSON path, as in "results.json: $.run".
 */
#ifndef SY_RESULT_JSON_FIELDS_H
#define SY_RESULT_JSON_FIELDS_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct {
    JsonObject *object; /* borrowed */
    const char *where;  /* borrowed */
} SyJsonReader;

/* Whether a member may be null, which reads as NULL or NAN, or (OPTIONAL) may also be missing,
 * because older versions did not write it. */
typedef enum { SY_JSON_REQUIRED, SY_JSON_NULLABLE, SY_JSON_OPTIONAL } SyJsonNull;

/* A string field of a struct and its JSON name; NULL is null. */
typedef struct {
    const char *name;
    gsize offset;
} SyJsonStringField;

/* Sets a string; NULL becomes null, bytes that are not UTF-8 become U+FFFD. */
void sy_json_set_string(JsonObject *object, const char *name, const char *value);

/* Sets a number; NAN and infinities become null. */
void sy_json_set_double(JsonObject *object, const char *name, double value);

/* Sets an array of the two ends; null if one of them is not finite. */
void sy_json_set_interval(JsonObject *object, const char *name, const double interval[2]);

/* Sets the `count` strings in `fields` of the struct `source`. */
void sy_json_set_strings(JsonObject *object, const SyJsonStringField *fields, gsize count,
                         gconstpointer source);

/* Starts reading `node`, which must be an object. */
bool sy_json_reader_init(SyJsonReader *reader, JsonNode *node, const char *where, GError **error);

/* The string `name`; *out is replaced, and owned by the caller. */
bool sy_json_read_string(const SyJsonReader *reader, const char *name, SyJsonNull null, char **out,
                         GError **error);

/* Reads the `count` nullable strings in `fields` into the struct `target`. */
bool sy_json_read_strings(const SyJsonReader *reader, const SyJsonStringField *fields, gsize count,
                          gpointer target, GError **error);

/* The finite number `name`. */
bool sy_json_read_double(const SyJsonReader *reader, const char *name, SyJsonNull null, double *out,
                         GError **error);

/* The two ends of the interval `name`; null leaves `interval` as it is. */
bool sy_json_read_interval(const SyJsonReader *reader, const char *name, double interval[2],
                           GError **error);

/* The whole number `name` in min..max. */
bool sy_json_read_int(const SyJsonReader *reader, const char *name, gint64 min, gint64 max,
                      gint64 *out, GError **error);

/* The member `name`, true or false. */
bool sy_json_read_bool(const SyJsonReader *reader, const char *name, bool *out, GError **error);

/* The member `name`, of any type; NULL with an error if it is missing. Borrowed. */
JsonNode *sy_json_read_node(const SyJsonReader *reader, const char *name, GError **error);

/* The array `name`, or NULL with an error. Borrowed. */
JsonArray *sy_json_read_array(const SyJsonReader *reader, const char *name, GError **error);

/* True if `name` is there and null. */
bool sy_json_read_is_null(const SyJsonReader *reader, const char *name);

/* Reads a number (or null, as NAN) that is not a member of an object; `where` is its own JSON
 * path. */
bool sy_json_node_double(JsonNode *node, const char *where, SyJsonNull null, double *out,
                         GError **error);

/* Sets "<where>: expected <expected>, found <the type of node>". Always returns false. */
bool sy_json_mistyped(const char *where, const char *expected, JsonNode *node, GError **error);

#endif

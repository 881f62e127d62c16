/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/json-fields.h"

#include <math.h>

#include "base/error.h"

void sy_json_set_string(JsonObject *object, const char *name, const char *value)
{
    g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;

    if (valid) {
        json_object_set_string_member(object, name, valid);
    } else {
        json_object_set_null_member(object, name);
    }
}

void sy_json_set_double(JsonObject *object, const char *name, double value)
{
    if (isfinite(value)) {
        json_object_set_double_member(object, name, value);
    } else {
        json_object_set_null_member(object, name);
    }
}

void sy_json_set_strings(JsonObject *object, const SyJsonStringField *fields, gsize count,
                         gconstpointer source)
{
    for (gsize i = 0; i < count; i++) {
        sy_json_set_string(object, fields[i].name,
                           *(char *const *)((const char *)source + fields[i].offset));
    }
}

static const char *describe(JsonNode *node)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        return "an object";
    case JSON_NODE_ARRAY:
        return "an array";
    case JSON_NODE_NULL:
        return "null";
    case JSON_NODE_VALUE:
        break;
    }
    switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
        return "a string";
    case G_TYPE_BOOLEAN:
        return "true or false";
    default:
        return "a number";
    }
}

bool sy_json_mistyped(const char *where, const char *expected, JsonNode *node, GError **error)
{
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: expected %s, found %s", where, expected,
                describe(node));
    return false;
}

static bool member_mistyped(const SyJsonReader *reader, const char *name, const char *expected,
                            JsonNode *node, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.%s", reader->where, name);

    return sy_json_mistyped(where, expected, node, error);
}

static JsonNode *member(const SyJsonReader *reader, const char *name, GError **error)
{
    JsonNode *node = json_object_get_member(reader->object, name);

    if (!node) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s.%s: missing", reader->where, name);
    }
    return node;
}

static bool is_number(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && (json_node_get_value_type(node) == G_TYPE_INT64 ||
                                           json_node_get_value_type(node) == G_TYPE_DOUBLE);
}

bool sy_json_reader_init(SyJsonReader *reader, JsonNode *node, const char *where, GError **error)
{
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return sy_json_mistyped(where, "an object", node, error);
    }
    reader->object = json_node_get_object(node);
    reader->where = where;
    return true;
}

bool sy_json_read_is_null(const SyJsonReader *reader, const char *name)
{
    JsonNode *node = json_object_get_member(reader->object, name);

    return node && JSON_NODE_HOLDS_NULL(node);
}

bool sy_json_read_string(const SyJsonReader *reader, const char *name, SyJsonNull null, char **out,
                         GError **error)
{
    JsonNode *node;

    if (null == SY_JSON_OPTIONAL && !json_object_has_member(reader->object, name)) {
        g_clear_pointer(out, g_free);
        return true;
    }
    node = member(reader, name, error);
    if (!node) {
        return false;
    }
    if (JSON_NODE_HOLDS_NULL(node) && null != SY_JSON_REQUIRED) {
        g_clear_pointer(out, g_free);
        return true;
    }
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
        return member_mistyped(reader, name, "a string", node, error);
    }
    g_free(*out);
    *out = g_strdup(json_node_get_string(node));
    return true;
}

bool sy_json_read_strings(const SyJsonReader *reader, const SyJsonStringField *fields, gsize count,
                          gpointer target, GError **error)
{
    for (gsize i = 0; i < count; i++) {
        if (!sy_json_read_string(reader, fields[i].name, SY_JSON_NULLABLE,
                                 (char **)((char *)target + fields[i].offset), error)) {
            return false;
        }
    }
    return true;
}

bool sy_json_node_double(JsonNode *node, const char *where, SyJsonNull null, double *out,
                         GError **error)
{
    if (JSON_NODE_HOLDS_NULL(node) && null != SY_JSON_REQUIRED) {
        *out = NAN;
        return true;
    }
    if (!is_number(node)) {
        return sy_json_mistyped(where, "a number", node, error);
    }
    *out = json_node_get_double(node);
    if (!isfinite(*out)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: number out of range", where);
        return false;
    }
    return true;
}

bool sy_json_read_double(const SyJsonReader *reader, const char *name, SyJsonNull null, double *out,
                         GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.%s", reader->where, name);
    JsonNode *node = member(reader, name, error);

    return node && sy_json_node_double(node, where, null, out, error);
}

bool sy_json_read_int(const SyJsonReader *reader, const char *name, gint64 min, gint64 max,
                      gint64 *out, GError **error)
{
    JsonNode *node = member(reader, name, error);

    if (!node) {
        return false;
    }
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64) {
        return member_mistyped(reader, name, "a whole number", node, error);
    }
    *out = json_node_get_int(node);
    if (*out < min || *out > max) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s.%s: %" G_GINT64_FORMAT " is not in %" G_GINT64_FORMAT "..%" G_GINT64_FORMAT,
                    reader->where, name, *out, min, max);
        return false;
    }
    return true;
}

bool sy_json_read_bool(const SyJsonReader *reader, const char *name, bool *out, GError **error)
{
    JsonNode *node = member(reader, name, error);

    if (!node) {
        return false;
    }
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN) {
        return member_mistyped(reader, name, "true or false", node, error);
    }
    *out = json_node_get_boolean(node);
    return true;
}

JsonNode *sy_json_read_node(const SyJsonReader *reader, const char *name, GError **error)
{
    return member(reader, name, error);
}

JsonArray *sy_json_read_array(const SyJsonReader *reader, const char *name, GError **error)
{
    JsonNode *node = member(reader, name, error);

    if (node && !JSON_NODE_HOLDS_ARRAY(node)) {
        member_mistyped(reader, name, "an array", node, error);
        return NULL;
    }
    return node ? json_node_get_array(node) : NULL;
}

void sy_json_set_interval(JsonObject *object, const char *name, const double interval[2])
{
    JsonArray *array;

    if (!isfinite(interval[0]) || !isfinite(interval[1])) {
        json_object_set_null_member(object, name);
        return;
    }
    array = json_array_new();
    json_array_add_double_element(array, interval[0]);
    json_array_add_double_element(array, interval[1]);
    json_object_set_array_member(object, name, array);
}

bool sy_json_read_interval(const SyJsonReader *reader, const char *name, double interval[2],
                           GError **error)
{
    JsonArray *array;

    if (sy_json_read_is_null(reader, name)) {
        return true;
    }
    array = sy_json_read_array(reader, name, error);
    if (!array) {
        return false;
    }
    if (json_array_get_length(array) != 2) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s.%s: expected [lo, hi], found %u values",
                    reader->where, name, json_array_get_length(array));
        return false;
    }
    for (guint i = 0; i < 2; i++) {
        g_autofree char *where = g_strdup_printf("%s.%s[%u]", reader->where, name, i);

        if (!sy_json_node_double(json_array_get_element(array, i), where, SY_JSON_NULLABLE,
                                 &interval[i], error)) {
            return false;
        }
    }
    return true;
}

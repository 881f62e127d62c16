/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/json.h"

#include <string.h>

/* QEMU's own parser stops at 1024 levels; json-glib recurses without limit and would overflow the
 * stack. */
#define NESTING_MAX 256

#define BLANKS " \t\r"

SyJsonState sy_json_scan(SyJsonScan *scan, const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        char c = text[i];

        if (scan->escaped) {
            scan->escaped = false;
        } else if (scan->in_string) {
            scan->escaped = c == '\\';
            scan->in_string = c != '"';
        } else if (scan->depth == 0 && c != '{') {
            return SY_JSON_BROKEN;
        } else if (c == '{' || c == '[') {
            if (++scan->depth > NESTING_MAX) {
                return SY_JSON_BROKEN;
            }
        } else if (c == '}' || c == ']') {
            if (--scan->depth == 0) {
                return strspn(text + i + 1, BLANKS) == length - i - 1 ? SY_JSON_WHOLE
                                                                      : SY_JSON_BROKEN;
            }
        } else if (c == '"') {
            scan->in_string = true;
        }
    }
    return SY_JSON_OPEN;
}

JsonObject *sy_json_parse_object(const char *text, gsize length)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    gsize blanks = strspn(text, BLANKS);
    SyJsonScan scan = {0};
    JsonObject *object;

    if (sy_json_scan(&scan, text + blanks, length - blanks) != SY_JSON_WHOLE ||
        !json_parser_load_from_data(parser, text, (gssize)length, NULL)) {
        return NULL;
    }
    object = sy_json_object(json_parser_get_root(parser));
    return object ? json_object_ref(object) : NULL;
}

JsonObject *sy_json_object(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

const char *sy_json_string_member(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node)
                                                                   : NULL;
}

JsonObject *sy_json_object_member(JsonObject *object, const char *name)
{
    return sy_json_object(json_object_get_member(object, name));
}

bool sy_json_int_member(JsonObject *object, const char *name, gint64 *value)
{
    JsonNode *node = json_object_get_member(object, name);

    if (!node || json_node_get_value_type(node) != G_TYPE_INT64) {
        return false;
    }
    *value = json_node_get_int(node);
    return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/json-text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MAX_DEPTH 64
#define LINE_BUDGET 88 /* columns up to which a list of scalars stays on one line */

char *sy_number_text(double value)
{
    char buffer[64];
    char format[16];
    int precision;
    int exponent;

    if (!isfinite(value)) {
        return g_strdup(isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    }
    if (value == 0) {
        return g_strdup("0"); /* also for -0.0, whose sign would only confuse a diff */
    }
    for (precision = 0; precision < 16; precision++) {
        g_snprintf(format, sizeof(format), "%%.%de", precision);
        g_ascii_formatd(buffer, sizeof(buffer), format, value);
        if (g_ascii_strtod(buffer, NULL) == value) {
            break;
        }
    }
    g_snprintf(format, sizeof(format), "%%.%de", precision);
    g_ascii_formatd(buffer, sizeof(buffer), format, value);
    exponent = (int)strtol(strchr(buffer, 'e') + 1, NULL, 10);
    if (exponent < -5 || exponent > 15) {
        return g_strdup(buffer);
    }
    g_snprintf(format, sizeof(format), "%%.%df", MAX(precision - exponent, 0));
    return g_strdup(g_ascii_formatd(buffer, sizeof(buffer), format, value));
}

static void append_double(GString *out, double value)
{
    g_autofree char *text = sy_number_text(value);

    if (!isfinite(value)) {
        g_string_append(out, "null");
        return;
    }
    g_string_append(out, text);
    if (!strpbrk(text, ".e")) {
        g_string_append(out, ".0");
    }
}

static void append_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);

    g_string_append_c(out, '"');
    for (const char *p = valid; *p; p++) {
        switch (*p) {
        case '"':
        case '\\':
            g_string_append_printf(out, "\\%c", *p);
            break;
        case '\n':
            g_string_append(out, "\\n");
            break;
        case '\r':
            g_string_append(out, "\\r");
            break;
        case '\t':
            g_string_append(out, "\\t");
            break;
        default:
            if ((guchar)*p < 0x20 || *p == 0x7f) {
                g_string_append_printf(out, "\\u%04x", (guint)(guchar)*p);
            } else {
                g_string_append_c(out, *p);
            }
        }
    }
    g_string_append_c(out, '"');
}

static void append_node(GString *out, JsonNode *node, SyJsonStyle style, int depth);

static void new_line(GString *out, SyJsonStyle style, int depth)
{
    if (style == SY_JSON_PRETTY) {
        g_string_append_printf(out, "\n%*s", 2 * depth, "");
    }
}

static void append_object(GString *out, JsonObject *object, SyJsonStyle style, int depth)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *member;
    bool first = true;

    g_string_append_c(out, '{');
    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &member)) {
        g_string_append(out, first ? "" : ",");
        new_line(out, style, depth + 1);
        append_string(out, name);
        g_string_append(out, style == SY_JSON_PRETTY ? ": " : ":");
        append_node(out, member, style, depth + 1);
        first = false;
    }
    if (!first) {
        new_line(out, style, depth);
    }
    g_string_append_c(out, '}');
}

static void append_array(GString *out, JsonArray *array, SyJsonStyle style, int depth)
{
    guint length = json_array_get_length(array);

    g_string_append_c(out, '[');
    for (guint i = 0; i < length; i++) {
        g_string_append(out, i ? "," : "");
        new_line(out, style, depth + 1);
        append_node(out, json_array_get_element(array, i), style, depth + 1);
    }
    if (length) {
        new_line(out, style, depth);
    }
    g_string_append_c(out, ']');
}

static void append_value(GString *out, JsonNode *node)
{
    switch (json_node_get_value_type(node)) {
    case G_TYPE_INT64:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, json_node_get_int(node));
        break;
    case G_TYPE_DOUBLE:
        append_double(out, json_node_get_double(node));
        break;
    case G_TYPE_BOOLEAN:
        g_string_append(out, json_node_get_boolean(node) ? "true" : "false");
        break;
    default:
        append_string(out, json_node_get_string(node));
        break;
    }
}

static bool all_scalars(JsonNode *node)
{
    g_autoptr(GList) nodes = JSON_NODE_HOLDS_OBJECT(node)
                                 ? json_object_get_values(json_node_get_object(node))
                                 : json_array_get_elements(json_node_get_array(node));

    for (GList *item = nodes; item; item = item->next) {
        if (JSON_NODE_HOLDS_OBJECT(item->data) || JSON_NODE_HOLDS_ARRAY(item->data)) {
            return false;
        }
    }
    return true;
}

/* Puts a space after ',' and ':' outside strings: the one-line form within a pretty text. */
static void append_spaced(GString *out, const char *line)
{
    bool quoted = false;

    for (const char *p = line; *p; p++) {
        g_string_append_c(out, *p);
        if (quoted && *p == '\\' && p[1]) {
            g_string_append_c(out, *++p);
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && (*p == ',' || *p == ':')) {
            g_string_append_c(out, ' ');
        }
    }
}

static void append_container(GString *out, JsonNode *node, SyJsonStyle style, int depth)
{
    if (style == SY_JSON_PRETTY && all_scalars(node)) {
        g_autoptr(GString) line = g_string_new(NULL);
        g_autoptr(GString) spaced = g_string_new(NULL);

        append_node(line, node, SY_JSON_LINE, depth);
        append_spaced(spaced, line->str);
        if (spaced->len + 2 * (gsize)depth <= LINE_BUDGET) {
            g_string_append_len(out, spaced->str, (gssize)spaced->len);
            return;
        }
    }
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        append_object(out, json_node_get_object(node), style, depth);
    } else {
        append_array(out, json_node_get_array(node), style, depth);
    }
}

static void append_node(GString *out, JsonNode *node, SyJsonStyle style, int depth)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
    case JSON_NODE_ARRAY:
        append_container(out, node, style, depth);
        break;
    case JSON_NODE_VALUE:
        append_value(out, node);
        break;
    case JSON_NODE_NULL:
        g_string_append(out, "null");
        break;
    }
}

char *sy_json_text(JsonNode *node, SyJsonStyle style)
{
    GString *out = g_string_new(NULL);

    append_node(out, node, style, 0);
    if (style == SY_JSON_PRETTY) {
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

/*
 * Refuses what json-glib would accept but must not see: deep nesting, and comments, which are not
 * JSON and could hide a quotation mark from this scan. Returns what is wrong, or NULL.
 */
static const char *refusal(const char *text, gsize length)
{
    bool quoted = false;
    int depth = 0;

    for (gsize i = 0; i < length; i++) {
        if (quoted && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (quoted) {
            continue;
        } else if (text[i] == '/') {
            return "not JSON: a comment or a stray '/'";
        } else if (text[i] == '[' || text[i] == '{') {
            if (++depth > MAX_DEPTH) {
                return "nested deeper than " G_STRINGIFY(MAX_DEPTH) " levels";
            }
        } else if (text[i] == ']' || text[i] == '}') {
            depth--;
        }
    }
    return NULL;
}

JsonNode *sy_json_parse(const char *text, gssize length, const char *where, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) cause = NULL;
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    const char *refused = refusal(text, size);
    JsonNode *root = NULL;

    if (refused) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: %s", where, refused);
        return NULL;
    }
    if (!json_parser_load_from_data(parser, text, (gssize)size, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: not JSON: %s", where,
                    g_str_has_prefix(cause->message, "<data>:") ? cause->message + 7
                                                                : cause->message);
        return NULL;
    }
    root = json_parser_steal_root(parser);
    if (!root) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s: the text is empty, not JSON", where);
    }
    return root;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/error.h"
#include "result/baseline.h"
#include "result/build-json.h"
#include "result/json-fields.h"
#include "result/json-text.h"

#define SCHEMA 1
#define REMEDY "restore it from git, or record it again with `steelyard baseline --record`"

/* The elements of a function's line. */
enum { NAME, INSTRUCTIONS, SUM, ELEMENTS };

static JsonArray *function_to_json(const SyBaselineFunction *function)
{
    JsonArray *line = json_array_new();

    json_array_add_string_element(line, function->name);
    json_array_add_int_element(line, function->instructions);
    json_array_add_string_element(line, function->sum);
    return line;
}

char *sy_baseline_to_text(const SyBaseline *baseline)
{
    JsonObject *object = json_object_new();
    JsonArray *functions = json_array_new();
    g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), object);

    for (guint i = 0; i < baseline->functions->len; i++) {
        json_array_add_array_element(functions,
                                     function_to_json(g_ptr_array_index(baseline->functions, i)));
    }
    json_object_set_int_member(object, "schema", SCHEMA);
    sy_json_set_strings(object, sy_build_fields, SY_BUILD_IDENTITY_FIELDS, baseline->build);
    sy_json_set_string(object, "compiler", baseline->compiler);
    json_object_set_array_member(object, "functions", functions);
    json_object_unref(object);
    return sy_json_text(root, SY_JSON_PRETTY);
}

static bool mistyped(const char *where, guint element, const char *expected, JsonNode *node,
                     GError **error)
{
    g_autofree char *place = g_strdup_printf("%s[%u]", where, element);

    return sy_json_mistyped(place, expected, node, error);
}

static bool holds(JsonNode *node, GType type)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

static bool read_function(JsonNode *node, const char *where, SyBaseline *baseline, GError **error)
{
    JsonArray *line = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    JsonNode *elements[ELEMENTS];
    gint64 instructions;

    if (!line || json_array_get_length(line) != ELEMENTS) {
        return sy_json_mistyped(where, "an array of three", node, error);
    }
    for (guint i = 0; i < ELEMENTS; i++) {
        elements[i] = json_array_get_element(line, i);
    }
    if (!holds(elements[NAME], G_TYPE_STRING)) {
        return mistyped(where, NAME, "a string", elements[NAME], error);
    }
    instructions = holds(elements[INSTRUCTIONS], G_TYPE_INT64)
                       ? json_node_get_int(elements[INSTRUCTIONS])
                       : -1;
    if (instructions < 0 || instructions > G_MAXUINT) {
        return mistyped(where, INSTRUCTIONS, "a whole number", elements[INSTRUCTIONS], error);
    }
    if (!holds(elements[SUM], G_TYPE_STRING)) {
        return mistyped(where, SUM, "a string", elements[SUM], error);
    }
    sy_baseline_add(baseline, json_node_get_string(elements[NAME]), (guint)instructions,
                    json_node_get_string(elements[SUM]));
    return true;
}

static bool read_functions(const SyJsonReader *root, SyBaseline *baseline, GError **error)
{
    JsonArray *array = sy_json_read_array(root, "functions", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.functions[%u]", root->where, i);

        if (!read_function(json_array_get_element(array, i), where, baseline, error)) {
            return false;
        }
    }
    sy_baseline_sort(baseline);
    return array != NULL;
}

static bool read_all(JsonNode *node, const char *where, SyBaseline *baseline, GError **error)
{
    SyJsonReader root;
    gint64 schema;

    baseline->build = sy_build_info_new();
    return sy_json_reader_init(&root, node, where, error) &&
           sy_json_read_int(&root, "schema", SCHEMA, SCHEMA, &schema, error) &&
           sy_json_read_strings(&root, sy_build_fields, SY_BUILD_IDENTITY_FIELDS, baseline->build,
                                error) &&
           sy_json_read_string(&root, "compiler", SY_JSON_REQUIRED, &baseline->compiler, error) &&
           read_functions(&root, baseline, error);
}

SyBaseline *sy_baseline_parse(const char *text, gssize length, const char *where, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(SyBaseline) baseline = sy_baseline_new();
    g_autofree char *root = g_strconcat(where, ": $", NULL);
    g_autoptr(JsonNode) node = sy_json_parse(text, length, where, &cause);

    if (node && read_all(node, root, baseline, &cause)) {
        return g_steal_pointer(&baseline);
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s; " REMEDY, cause->message);
    return NULL;
}

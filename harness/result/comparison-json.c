/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/comparison-json.h"

#include <stddef.h>

#include "base/error.h"

static const SyJsonStringField head_fields[] = {
    {"label", offsetof(SyComparison, label)},   {"workload", offsetof(SyComparison, workload)},
    {"param", offsetof(SyComparison, param)},   {"subject", offsetof(SyComparison, subject)},
    {"metric", offsetof(SyComparison, metric)}, {"unit", offsetof(SyComparison, unit)},
};

static JsonObject *case_to_json(const SyComparisonCase *one)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "case", one->case_id);
    sy_json_set_double(object, "median", one->median);
    sy_json_set_interval(object, "ci95", one->ci95);
    return object;
}

static JsonObject *row_to_json(const SyComparisonRow *row)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "where", row->where);
    sy_json_set_string(object, "value", row->value);
    sy_json_set_double(object, "worse_by", row->worse_by);
    sy_json_set_interval(object, "interval", row->interval);
    json_object_set_object_member(object, "subject", case_to_json(&row->subject));
    json_object_set_object_member(object, "against", case_to_json(&row->against));
    json_object_set_string_member(object, "status", sy_status_name(row->status));
    sy_json_set_string(object, "reason", row->reason);
    return object;
}

static JsonObject *comparison_to_json(const SyComparison *c)
{
    JsonObject *object = json_object_new();
    JsonArray *against = json_array_new();
    JsonArray *rows = json_array_new();

    for (guint i = 0; c->against && c->against[i]; i++) {
        g_autofree char *valid = g_utf8_make_valid(c->against[i], -1);

        json_array_add_string_element(against, valid);
    }
    for (guint i = 0; i < c->rows->len; i++) {
        json_array_add_object_element(rows, row_to_json(g_ptr_array_index(c->rows, i)));
    }
    sy_json_set_strings(object, head_fields, G_N_ELEMENTS(head_fields), c);
    /* In files before there was a tolerance, it could be another metric. */
    sy_json_set_string(object, "against_metric", c->metric);
    sy_json_set_double(object, "tolerance", c->tolerance);
    json_object_set_array_member(object, "against", against);
    json_object_set_string_member(object, "better", sy_better_name(c->better));
    json_object_set_string_member(object, "status", sy_status_name(c->status));
    sy_json_set_string(object, "reason", c->reason);
    json_object_set_array_member(object, "rows", rows);
    return object;
}

JsonArray *sy_comparisons_to_json(const GPtrArray *comparisons)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < comparisons->len; i++) {
        json_array_add_object_element(array, comparison_to_json(g_ptr_array_index(comparisons, i)));
    }
    return array;
}

static bool read_status(const SyJsonReader *reader, SyStatus *status, GError **error)
{
    g_autofree char *text = NULL;

    if (!sy_json_read_string(reader, "status", SY_JSON_REQUIRED, &text, error)) {
        return false;
    }
    if (!sy_status_parse(text, status)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s.status: '%s' is not a status",
                    reader->where, text);
        return false;
    }
    return true;
}

static bool read_better(const SyJsonReader *reader, SyBetter *better, GError **error)
{
    g_autofree char *text = NULL;

    if (!sy_json_read_string(reader, "better", SY_JSON_REQUIRED, &text, error)) {
        return false;
    }
    if (!sy_better_parse(text, better)) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s.better: '%s' is not one of lower, higher, target", reader->where, text);
        return false;
    }
    return true;
}

static bool read_case(const SyJsonReader *row, const char *name, SyComparisonCase *one,
                      GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.%s", row->where, name);
    JsonNode *node = sy_json_read_node(row, name, error);
    SyJsonReader reader;

    return node && sy_json_reader_init(&reader, node, where, error) &&
           sy_json_read_string(&reader, "case", SY_JSON_NULLABLE, &one->case_id, error) &&
           sy_json_read_double(&reader, "median", SY_JSON_NULLABLE, &one->median, error) &&
           sy_json_read_interval(&reader, "ci95", one->ci95, error);
}

/* Older files have none, which is a tolerance of 0. */
static bool read_tolerance(const SyJsonReader *reader, double *tolerance, GError **error)
{
    return !json_object_has_member(reader->object, "tolerance") ||
           sy_json_read_double(reader, "tolerance", SY_JSON_REQUIRED, tolerance, error);
}

/* Older files have none. */
static bool read_difference(const SyJsonReader *row, SyComparisonRow *out, GError **error)
{
    return (!json_object_has_member(row->object, "worse_by") ||
            sy_json_read_double(row, "worse_by", SY_JSON_NULLABLE, &out->worse_by, error)) &&
           (!json_object_has_member(row->object, "interval") ||
            sy_json_read_interval(row, "interval", out->interval, error));
}

static bool read_rows(const SyJsonReader *reader, GPtrArray *rows, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "rows", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.rows[%u]", reader->where, i);
        SyComparisonRow *row = sy_comparison_row_new();
        SyJsonReader inner;

        g_ptr_array_add(rows, row);
        if (!sy_json_reader_init(&inner, json_array_get_element(array, i), where, error) ||
            !sy_json_read_string(&inner, "where", SY_JSON_NULLABLE, &row->where, error) ||
            !sy_json_read_string(&inner, "value", SY_JSON_NULLABLE, &row->value, error) ||
            !read_difference(&inner, row, error) ||
            !read_case(&inner, "subject", &row->subject, error) ||
            !read_case(&inner, "against", &row->against, error) ||
            !read_status(&inner, &row->status, error) ||
            !sy_json_read_string(&inner, "reason", SY_JSON_NULLABLE, &row->reason, error)) {
            return false;
        }
    }
    return array != NULL;
}

static bool read_against(const SyJsonReader *reader, GStrv *against, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "against", error);
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
            g_autofree char *where = g_strdup_printf("%s.against[%u]", reader->where, i);

            return sy_json_mistyped(where, "a string", node, error);
        }
        g_strv_builder_add(values, json_node_get_string(node));
    }
    *against = g_strv_builder_end(values);
    return array != NULL;
}

bool sy_comparisons_from_json(const SyJsonReader *root, GPtrArray *comparisons, GError **error)
{
    JsonArray *array;

    if (!json_object_has_member(root->object, "comparisons")) {
        return true;
    }
    array = sy_json_read_array(root, "comparisons", error);
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.comparisons[%u]", root->where, i);
        SyComparison *c = sy_comparison_new();
        SyJsonReader reader;

        g_ptr_array_add(comparisons, c);
        if (!sy_json_reader_init(&reader, json_array_get_element(array, i), where, error) ||
            !sy_json_read_strings(&reader, head_fields, G_N_ELEMENTS(head_fields), c, error) ||
            !read_against(&reader, &c->against, error) ||
            !read_better(&reader, &c->better, error) ||
            !read_tolerance(&reader, &c->tolerance, error) ||
            !read_status(&reader, &c->status, error) ||
            !sy_json_read_string(&reader, "reason", SY_JSON_NULLABLE, &c->reason, error) ||
            !read_rows(&reader, c->rows, error)) {
            return false;
        }
    }
    return array != NULL;
}

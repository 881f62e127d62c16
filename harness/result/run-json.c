/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/run-json.h"

#include "base/error.h"
#include "base/utc.h"
#include "result/build-json.h"
#include "result/case-json.h"
#include "result/comparison-json.h"
#include "result/finding-json.h"
#include "result/host-json.h"
#include "result/json-fields.h"
#include "result/json-text.h"

static JsonArray *argv_to_json(char *const *argv)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; argv && argv[i]; i++) {
        g_autofree char *valid = g_utf8_make_valid(argv[i], -1);

        json_array_add_string_element(array, valid);
    }
    return array;
}

static JsonObject *run_to_json(const SyRunResult *run)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "id", run->id);
    if (run->uuid) {
        sy_json_set_string(object, "uuid", run->uuid);
    }
    sy_json_set_string(object, "started", run->started);
    sy_json_set_double(object, "duration_s", run->duration_s);
    sy_json_set_string(object, "job", run->job);
    json_object_set_array_member(object, "argv", argv_to_json(run->argv));
    if (run->exit >= 0) {
        json_object_set_int_member(object, "exit", run->exit);
    } else {
        json_object_set_null_member(object, "exit");
    }
    json_object_set_int_member(object, "planned", run->planned);
    sy_json_set_double(object, "max_inconclusive_pct", run->max_inconclusive_pct);
    return object;
}

static JsonObject *build_to_json(const SyBuildInfo *build)
{
    JsonObject *object = json_object_new();

    sy_json_set_strings(object, sy_build_fields, SY_BUILD_FIELDS, build);
    if (build->ref) {
        sy_json_set_string(object, "ref", build->ref);
        sy_json_set_string(object, "commit", build->commit);
    }
    return object;
}

static void set_object(JsonObject *object, const char *name, JsonObject *value)
{
    if (value) {
        json_object_set_object_member(object, name, value);
    } else {
        json_object_set_null_member(object, name);
    }
}

JsonNode *sy_run_result_to_json(const SyRunResult *run)
{
    JsonObject *object = json_object_new();
    JsonArray *cases = json_array_new();
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    for (guint i = 0; i < run->cases->len; i++) {
        json_array_add_object_element(cases,
                                      sy_case_result_to_json(g_ptr_array_index(run->cases, i)));
    }
    json_object_set_int_member(object, "schema", SY_RESULT_SCHEMA);
    json_object_set_object_member(object, "run", run_to_json(run));
    set_object(object, "host", run->host ? sy_host_to_json(run->host) : NULL);
    json_object_set_array_member(object, "host_findings", sy_findings_to_json(run->findings));
    set_object(object, "lab", run->lab ? sy_lab_info_to_json(run->lab) : NULL);
    set_object(object, "build", run->build ? build_to_json(run->build) : NULL);
    json_object_set_array_member(object, "cases", cases);
    json_object_set_array_member(object, "comparisons", sy_comparisons_to_json(run->comparisons));
    json_node_take_object(node, object);
    return node;
}

char *sy_run_result_text(const SyRunResult *run)
{
    g_autoptr(JsonNode) node = sy_run_result_to_json(run);

    return sy_json_text(node, SY_JSON_PRETTY);
}

/* Starts reading the object `name`; if that is null, `inner->object` is NULL. */
static bool open_object(const SyJsonReader *outer, const char *name, const char *where,
                        SyJsonReader *inner, GError **error)
{
    JsonNode *node = sy_json_read_node(outer, name, error);

    inner->object = NULL;
    return node && (JSON_NODE_HOLDS_NULL(node) || sy_json_reader_init(inner, node, where, error));
}

static bool read_argv(const SyJsonReader *reader, GStrv *argv, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "argv", error);
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING) {
            g_autofree char *where = g_strdup_printf("%s.argv[%u]", reader->where, i);

            return sy_json_mistyped(where, "a string", node, error);
        }
        g_ptr_array_add(strings, g_strdup(json_node_get_string(node)));
    }
    if (!array) {
        return false;
    }
    g_ptr_array_add(strings, NULL);
    *argv = (GStrv)g_ptr_array_steal(strings, NULL);
    return true;
}

/* Whoever wrote it may have written it in another zone; here it is UTC from now on. */
static bool read_started(const SyJsonReader *reader, char **started, GError **error)
{
    g_autofree char *text = NULL;

    if (!sy_json_read_string(reader, "started", SY_JSON_NULLABLE, &text, error)) {
        return false;
    }
    *started = text ? sy_utc_text(text) : NULL;
    if (text && !*started) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s.started: expected a time with its zone, such as 2026-11-20T16:08:00Z, "
                    "found \"%.40s\"",
                    reader->where, text);
        return false;
    }
    return true;
}

static bool read_run(const SyJsonReader *root, const char *where, SyRunResult *run, GError **error)
{
    JsonNode *node = sy_json_read_node(root, "run", error);
    SyJsonReader reader;
    gint64 number = -1;

    if (!node || !sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_string(&reader, "id", SY_JSON_REQUIRED, &run->id, error) ||
        !sy_json_read_string(&reader, "uuid", SY_JSON_OPTIONAL, &run->uuid, error) ||
        !read_started(&reader, &run->started, error) ||
        !sy_json_read_string(&reader, "job", SY_JSON_NULLABLE, &run->job, error) ||
        !sy_json_read_double(&reader, "duration_s", SY_JSON_NULLABLE, &run->duration_s, error) ||
        !read_argv(&reader, &run->argv, error)) {
        return false;
    }
    if (!sy_json_read_is_null(&reader, "exit") &&
        !sy_json_read_int(&reader, "exit", 0, 255, &number, error)) {
        return false;
    }
    run->exit = (int)number;
    if (!sy_json_read_int(&reader, "planned", 0, G_MAXUINT, &number, error)) {
        return false;
    }
    run->planned = (guint)number;
    /* Older results lack it; they tolerate nothing. */
    if (json_object_has_member(reader.object, "max_inconclusive_pct") &&
        !sy_json_read_double(&reader, "max_inconclusive_pct", SY_JSON_REQUIRED,
                             &run->max_inconclusive_pct, error)) {
        return false;
    }
    return true;
}

static bool read_host(const SyJsonReader *root, const char *where, SyRunResult *run, GError **error)
{
    JsonNode *node = sy_json_read_node(root, "host", error);

    if (!node || JSON_NODE_HOLDS_NULL(node)) {
        return node != NULL;
    }
    run->host = sy_host_from_json(node, where, error);
    return run->host != NULL;
}

/* Results older than the lab have no such member. */
static bool read_lab(const SyJsonReader *root, const char *where, SyRunResult *run, GError **error)
{
    JsonNode *node = json_object_get_member(root->object, "lab");

    if (!node || JSON_NODE_HOLDS_NULL(node)) {
        return true;
    }
    run->lab = sy_lab_info_from_json(node, where, error);
    return run->lab != NULL;
}

static bool read_build(const SyJsonReader *root, const char *where, SyRunResult *run,
                       GError **error)
{
    SyJsonReader reader = {.where = where};

    if (!open_object(root, "build", where, &reader, error) || !reader.object) {
        return reader.object || sy_json_read_is_null(root, "build");
    }
    run->build = sy_build_info_new();
    return sy_json_read_strings(&reader, sy_build_fields, SY_BUILD_FIELDS, run->build, error) &&
           sy_json_read_string(&reader, "ref", SY_JSON_OPTIONAL, &run->build->ref, error) &&
           sy_json_read_string(&reader, "commit", SY_JSON_OPTIONAL, &run->build->commit, error);
}

static bool read_cases(const SyJsonReader *root, GPtrArray *cases, GError **error)
{
    JsonArray *array = sy_json_read_array(root, "cases", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.cases[%u]", root->where, i);
        SyJsonReader reader;
        SyCaseResult *result;

        if (!sy_json_reader_init(&reader, json_array_get_element(array, i), where, error)) {
            return false;
        }
        result = sy_case_result_from_json(reader.object, where, error);
        if (!result) {
            return false;
        }
        result->index = i;
        g_ptr_array_add(cases, result);
    }
    return array != NULL;
}

static bool read_root(JsonNode *node, const char *path, SyRunResult *run, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s: $", path);
    g_autofree char *where_run = g_strdup_printf("%s.run", where);
    g_autofree char *where_host = g_strdup_printf("%s.host", where);
    g_autofree char *where_lab = g_strdup_printf("%s.lab", where);
    g_autofree char *where_build = g_strdup_printf("%s.build", where);
    SyJsonReader root;

    return sy_json_reader_init(&root, node, where, error) &&
           read_run(&root, where_run, run, error) && read_host(&root, where_host, run, error) &&
           sy_findings_from_json(&root, run->findings, error) &&
           read_lab(&root, where_lab, run, error) && read_build(&root, where_build, run, error) &&
           read_cases(&root, run->cases, error) &&
           sy_comparisons_from_json(&root, run->comparisons, error);
}

/* Checked first: with another schema all other messages would be pointless. */
static bool read_schema(JsonNode *node, const char *path, gint64 *schema, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s: $", path);
    SyJsonReader root;

    return sy_json_reader_init(&root, node, where, error) &&
           sy_json_read_int(&root, "schema", G_MININT64, G_MAXINT64, schema, error);
}

#define REMEDY "let `steelyard report` write it again from the run's journal"

/* Sets an error that adds the remedy to `cause`; takes ownership of that. */
static void add_remedy(GError **error, GError *cause, const char *remedy)
{
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                "%s; the file is damaged or was edited: restore it, or %s", cause->message, remedy);
    g_error_free(cause);
}

SyRunResult *sy_run_result_from_json(JsonNode *node, const char *path, const char *remedy,
                                     GError **error)
{
    g_autoptr(SyRunResult) run = sy_run_result_new();
    GError *cause = NULL;
    gint64 schema = 0;

    if (!read_schema(node, path, &schema, &cause)) {
        add_remedy(error, cause, remedy);
        return NULL;
    }
    if (schema != SY_RESULT_SCHEMA) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "%s: $.schema: %" G_GINT64_FORMAT
                    " is unknown; this steelyard reads schema %d: use the version that wrote it",
                    path, schema, SY_RESULT_SCHEMA);
        return NULL;
    }
    if (!read_root(node, path, run, &cause)) {
        add_remedy(error, cause, remedy);
        return NULL;
    }
    return g_steal_pointer(&run);
}

SyRunResult *sy_run_result_parse_as(const char *text, gssize length, const char *path,
                                    const char *remedy, GError **error)
{
    GError *cause = NULL;
    g_autoptr(JsonNode) node = sy_json_parse(text, length, path, &cause);

    if (!node) {
        add_remedy(error, cause, remedy);
        return NULL;
    }
    return sy_run_result_from_json(node, path, remedy, error);
}

SyRunResult *sy_run_result_parse(const char *text, gssize length, const char *path, GError **error)
{
    return sy_run_result_parse_as(text, length, path, REMEDY, error);
}

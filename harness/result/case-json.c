/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/case-json.h"

#include <math.h>

#include "base/error.h"
#include "result/json-fields.h"
#include "result/json-text.h"
#include "result/result.h"

static JsonNode *double_node(double value)
{
    JsonNode *node;

    if (!isfinite(value)) {
        return json_node_new(JSON_NODE_NULL);
    }
    node = json_node_new(JSON_NODE_VALUE);
    json_node_set_double(node, value);
    return node;
}

/* If the text of a number is not a number (a caller's bug), it is kept as a string, not lost. */
static void set_param(JsonObject *object, const SyParam *param)
{
    gint64 whole;
    char *end = NULL;

    if (param->type == SY_PARAM_INT && param->value &&
        g_ascii_string_to_signed(param->value, 10, G_MININT64, G_MAXINT64, &whole, NULL)) {
        json_object_set_int_member(object, param->name, whole);
        return;
    }
    if (param->type == SY_PARAM_DOUBLE && param->value) {
        double number = g_ascii_strtod(param->value, &end);

        if (end != param->value && *end == '\0' && isfinite(number)) {
            json_object_set_double_member(object, param->name, number);
            return;
        }
    }
    sy_json_set_string(object, param->name, param->value ? param->value : "");
}

static JsonObject *metric_to_json(const SyMetric *metric)
{
    JsonObject *object = json_object_new();
    JsonArray *samples = json_array_new();

    for (guint i = 0; i < metric->samples->len; i++) {
        json_array_add_element(samples, double_node(g_array_index(metric->samples, double, i)));
    }
    sy_json_set_string(object, "name", metric->name);
    sy_json_set_string(object, "unit", metric->unit);
    json_object_set_string_member(object, "better", sy_better_name(metric->better));
    json_object_set_array_member(object, "samples", samples);
    sy_json_set_double(object, "median", metric->median);
    sy_json_set_interval(object, "ci95", metric->ci95);
    if (sy_gate_bounds(&metric->gate)) {
        JsonObject *gate = json_object_new();

        sy_json_set_double(gate, "limit", metric->gate.bounds_samples ? metric->gate.limit : NAN);
        sy_json_set_double(gate, "median_limit",
                           metric->gate.bounds_median ? metric->gate.median_limit : NAN);
        json_object_set_object_member(object, "gate", gate);
    } else {
        json_object_set_null_member(object, "gate");
    }
    json_object_set_string_member(object, "verdict", sy_verdict_name(metric->verdict));
    sy_json_set_string(object, "note", metric->note);
    return object;
}

static JsonObject *discarded_to_json(const SyDiscarded *discarded, const GPtrArray *metrics)
{
    JsonObject *object = json_object_new();
    JsonObject *samples = json_object_new();

    for (guint i = 0; i < metrics->len && i < discarded->values->len; i++) {
        const SyMetric *metric = g_ptr_array_index(metrics, i);

        if (metric->name) {
            sy_json_set_double(samples, metric->name, g_array_index(discarded->values, double, i));
        }
    }
    sy_json_set_string(object, "reason", discarded->reason);
    json_object_set_object_member(object, "samples", samples);
    return object;
}

static void set_trace(JsonObject *object, const SyCaseTrace *trace)
{
    JsonObject *inner, *events;

    if (!trace) {
        json_object_set_null_member(object, "trace");
        return;
    }
    inner = json_object_new();
    events = json_object_new();
    for (guint i = 0; i < trace->events->len; i++) {
        const SyTraceEvent *event = g_ptr_array_index(trace->events, i);
        g_autofree char *name = g_utf8_make_valid(event->name, -1);

        json_object_set_int_member(events, name, (gint64)event->count);
    }
    sy_json_set_string(inner, "file", trace->file);
    json_object_set_object_member(inner, "events", events);
    json_object_set_int_member(inner, "lost", (gint64)trace->lost);
    json_object_set_object_member(object, "trace", inner);
}

JsonObject *sy_case_result_to_json(const SyCaseResult *result)
{
    JsonObject *object = json_object_new();
    JsonObject *params = json_object_new();
    JsonArray *metrics = json_array_new();
    JsonArray *discarded = json_array_new();

    for (guint i = 0; i < result->params->len; i++) {
        set_param(params, g_ptr_array_index(result->params, i));
    }
    for (guint i = 0; i < result->metrics->len; i++) {
        json_array_add_object_element(metrics,
                                      metric_to_json(g_ptr_array_index(result->metrics, i)));
    }
    for (guint i = 0; i < result->discarded->len; i++) {
        json_array_add_object_element(
            discarded, discarded_to_json(g_ptr_array_index(result->discarded, i), result->metrics));
    }
    sy_json_set_string(object, "id", result->id);
    sy_json_set_string(object, "workload", result->workload);
    json_object_set_object_member(object, "params", params);
    sy_json_set_string(object, "host_mode", result->host_mode);
    sy_json_set_string(object, "host_why", result->host_why);
    json_object_set_string_member(object, "status", sy_status_name(result->status));
    if (result->undecided_expected) {
        json_object_set_boolean_member(object, "undecided_expected", TRUE);
    }
    sy_json_set_string(object, "reason", result->reason);
    sy_json_set_double(object, "duration_s", result->duration_s);
    sy_json_set_string(object, "log_dir", result->log_dir);
    json_object_set_array_member(object, "metrics", metrics);
    json_object_set_array_member(object, "discarded", discarded);
    json_object_set_array_member(object, "third_witness",
                                 sy_third_witnesses_to_json(result->third_witness));
    set_trace(object, result->trace);
    return object;
}

/* Reads the string `name` and turns it into an enum with `parse`, one of sy_*_parse(). */
#define READ_ENUM(reader, name, parse, expected, out, error)                                       \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *text_ = NULL;                                                             \
        if (!sy_json_read_string(reader, name, SY_JSON_REQUIRED, &text_, error)) {                 \
            return false;                                                                          \
        }                                                                                          \
        if (!parse(text_, out)) {                                                                  \
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s.%s: '%s' is not one of %s",           \
                        (reader)->where, name, text_, expected);                                   \
            return false;                                                                          \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END

static bool read_samples(const SyJsonReader *reader, GArray *samples, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "samples", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.samples[%u]", reader->where, i);
        double value;

        if (!sy_json_node_double(json_array_get_element(array, i), where, SY_JSON_NULLABLE, &value,
                                 error)) {
            return false;
        }
        g_array_append_val(samples, value);
    }
    return array != NULL;
}

/* Results older than gates on medians have no "median_limit". */
static bool read_gate(const SyJsonReader *reader, SyMetric *metric, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.gate", reader->where);
    JsonNode *node = sy_json_read_node(reader, "gate", error);
    SyGate *out = &metric->gate;
    SyJsonReader gate;

    if (!node) {
        return false;
    }
    if (JSON_NODE_HOLDS_NULL(node)) {
        return true;
    }
    out->median_limit = NAN;
    if (!sy_json_reader_init(&gate, node, where, error) ||
        !sy_json_read_double(&gate, "limit", SY_JSON_NULLABLE, &out->limit, error) ||
        (json_object_has_member(gate.object, "median_limit") &&
         !sy_json_read_double(&gate, "median_limit", SY_JSON_NULLABLE, &out->median_limit,
                              error))) {
        return false;
    }
    out->bounds_median = !isnan(out->median_limit);
    /* A gate without any limit is one that every value fails, rather than no gate. */
    out->bounds_samples = !isnan(out->limit) || !out->bounds_median;
    return true;
}

static bool read_metric(JsonNode *node, const char *where, SyMetric *metric, GError **error)
{
    SyJsonReader reader;

    if (!sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_string(&reader, "name", SY_JSON_REQUIRED, &metric->name, error) ||
        !sy_json_read_string(&reader, "unit", SY_JSON_NULLABLE, &metric->unit, error) ||
        !read_samples(&reader, metric->samples, error) ||
        !sy_json_read_double(&reader, "median", SY_JSON_NULLABLE, &metric->median, error) ||
        !sy_json_read_interval(&reader, "ci95", metric->ci95, error) ||
        !read_gate(&reader, metric, error) ||
        !sy_json_read_string(&reader, "note", SY_JSON_NULLABLE, &metric->note, error)) {
        return false;
    }
    READ_ENUM(&reader, "better", sy_better_parse, "lower, higher, target", &metric->better, error);
    READ_ENUM(&reader, "verdict", sy_verdict_parse, "none, pass, fail", &metric->verdict, error);
    return true;
}

static bool read_metrics(const SyJsonReader *reader, GPtrArray *metrics, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "metrics", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.metrics[%u]", reader->where, i);
        SyMetric *metric = sy_metric_new(NULL, NULL, SY_BETTER_LOWER);

        g_ptr_array_add(metrics, metric);
        if (!read_metric(json_array_get_element(array, i), where, metric, error)) {
            return false;
        }
    }
    return array != NULL;
}

static bool read_discarded_one(JsonNode *node, const char *where, SyCaseResult *result,
                               GError **error)
{
    g_autofree char *inner = g_strdup_printf("%s.samples", where);
    SyDiscarded *discarded = sy_discarded_new(NULL);
    SyJsonReader reader, samples;
    JsonNode *node_samples;

    g_ptr_array_add(result->discarded, discarded);
    if (!sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_string(&reader, "reason", SY_JSON_NULLABLE, &discarded->reason, error) ||
        !(node_samples = sy_json_read_node(&reader, "samples", error)) ||
        !sy_json_reader_init(&samples, node_samples, inner, error)) {
        return false;
    }
    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);
        double value = NAN;

        if (metric->name && json_object_has_member(samples.object, metric->name) &&
            !sy_json_read_double(&samples, metric->name, SY_JSON_NULLABLE, &value, error)) {
            return false;
        }
        g_array_append_val(discarded->values, value);
    }
    return true;
}

/* Must come after the metrics, whose names are the keys. */
static bool read_discarded(const SyJsonReader *reader, SyCaseResult *result, GError **error)
{
    JsonArray *array = sy_json_read_array(reader, "discarded", error);

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s.discarded[%u]", reader->where, i);

        if (!read_discarded_one(json_array_get_element(array, i), where, result, error)) {
            return false;
        }
    }
    return array != NULL;
}

static bool read_param(JsonNode *node, const char *where, SyParam *param, GError **error)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;

    switch (type) {
    case G_TYPE_INT64:
        param->type = SY_PARAM_INT;
        param->value = g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(node));
        return true;
    case G_TYPE_DOUBLE:
        param->type = SY_PARAM_DOUBLE;
        param->value = sy_number_text(json_node_get_double(node));
        return true;
    case G_TYPE_STRING:
        param->type = SY_PARAM_STRING;
        param->value = g_strdup(json_node_get_string(node));
        return true;
    default:
        return sy_json_mistyped(where, "a number or a string", node, error);
    }
}

static bool read_params(const SyJsonReader *reader, GPtrArray *params, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.params", reader->where);
    JsonNode *node = sy_json_read_node(reader, "params", error);
    SyJsonReader inner;
    JsonObjectIter iter;
    const char *name;
    JsonNode *value;

    if (!node || !sy_json_reader_init(&inner, node, where, error)) {
        return false;
    }
    json_object_iter_init_ordered(&iter, inner.object);
    while (json_object_iter_next_ordered(&iter, &name, &value)) {
        g_autofree char *place = g_strdup_printf("%s.%s", where, name);
        SyParam *param = sy_param_new(name, SY_PARAM_STRING, NULL);

        g_ptr_array_add(params, param);
        if (!read_param(value, place, param, error)) {
            return false;
        }
    }
    return true;
}

static bool read_trace_events(const SyJsonReader *reader, SyCaseTrace *trace, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.events", reader->where);
    JsonNode *node = sy_json_read_node(reader, "events", error);
    SyJsonReader events;
    JsonObjectIter iter;
    const char *name;

    if (!node || !sy_json_reader_init(&events, node, where, error)) {
        return false;
    }
    json_object_iter_init_ordered(&iter, events.object);
    while (json_object_iter_next_ordered(&iter, &name, NULL)) {
        gint64 count;

        if (!sy_json_read_int(&events, name, 0, G_MAXINT64, &count, error)) {
            return false;
        }
        g_ptr_array_add(trace->events, sy_trace_event_new(name, (uint64_t)count));
    }
    return true;
}

/* Results older than traces have no such member. */
static bool read_trace(const SyJsonReader *reader, SyCaseResult *result, GError **error)
{
    g_autofree char *where = g_strdup_printf("%s.trace", reader->where);
    SyJsonReader trace;
    gint64 lost;

    if (!json_object_has_member(reader->object, "trace") || sy_json_read_is_null(reader, "trace")) {
        return true;
    }
    result->trace = sy_case_trace_new(NULL);
    if (!sy_json_reader_init(&trace, json_object_get_member(reader->object, "trace"), where,
                             error) ||
        !sy_json_read_string(&trace, "file", SY_JSON_REQUIRED, &result->trace->file, error) ||
        !read_trace_events(&trace, result->trace, error) ||
        !sy_json_read_int(&trace, "lost", 0, G_MAXINT64, &lost, error)) {
        return false;
    }
    result->trace->lost = (uint64_t)lost;
    return true;
}

static bool read_case(JsonObject *object, const char *where, SyCaseResult *result, GError **error)
{
    SyJsonReader reader = {object, where};

    if (!sy_json_read_string(&reader, "id", SY_JSON_REQUIRED, &result->id, error) ||
        !sy_json_read_string(&reader, "workload", SY_JSON_REQUIRED, &result->workload, error) ||
        !read_params(&reader, result->params, error) ||
        !sy_json_read_string(&reader, "host_mode", SY_JSON_NULLABLE, &result->host_mode, error) ||
        !sy_json_read_string(&reader, "host_why", SY_JSON_OPTIONAL, &result->host_why, error) ||
        !sy_json_read_string(&reader, "reason", SY_JSON_NULLABLE, &result->reason, error) ||
        !sy_json_read_double(&reader, "duration_s", SY_JSON_NULLABLE, &result->duration_s, error) ||
        !sy_json_read_string(&reader, "log_dir", SY_JSON_NULLABLE, &result->log_dir, error) ||
        !read_metrics(&reader, result->metrics, error) || !read_discarded(&reader, result, error) ||
        !sy_third_witnesses_read(object, where, result->third_witness, error) ||
        !read_trace(&reader, result, error) ||
        (json_object_has_member(object, "undecided_expected") &&
         !sy_json_read_bool(&reader, "undecided_expected", &result->undecided_expected, error))) {
        return false;
    }
    READ_ENUM(&reader, "status", sy_status_parse, "PASS, FAIL, SKIP, INCONCLUSIVE, ERROR",
              &result->status, error);
    return true;
}

SyCaseResult *sy_case_result_from_json(JsonObject *object, const char *where, GError **error)
{
    g_autoptr(SyCaseResult) result = sy_case_result_new(NULL, NULL);

    if (!read_case(object, where, result, error)) {
        return NULL;
    }
    return g_steal_pointer(&result);
}

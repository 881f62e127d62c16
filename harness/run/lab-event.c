/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/lab-event.h"

#include <string.h>

#include "base/error.h"
#include "result/case-json.h"
#include "result/host-json.h"
#include "result/json-fields.h"
#include "result/json-text.h"

#define QUOTE_MAX 80 /* bytes of an invalid line that a message quotes */

static const char *const names[] = {
    [SY_LAB_HOST] = "host", [SY_LAB_BEGIN] = "begin", [SY_LAB_REPETITION] = "repetition",
    [SY_LAB_CASE] = "case", [SY_LAB_END] = "end",     [SY_LAB_STOPPED] = "stopped",
};

static void set_members(JsonObject *object, const SyLabEvent *event)
{
    switch (event->kind) {
    case SY_LAB_HOST:
        json_object_set_object_member(object, "host", sy_host_to_json(event->host));
        break;
    case SY_LAB_BEGIN:
        sy_json_set_string(object, "id", event->id);
        break;
    case SY_LAB_REPETITION:
        sy_json_set_string(object, "id", event->id);
        json_object_set_int_member(object, "repetition", event->repetition);
        break;
    case SY_LAB_CASE:
        json_object_set_object_member(object, "case", sy_case_result_to_json(event->result));
        break;
    case SY_LAB_END:
        json_object_set_int_member(object, "exit", event->exit);
        break;
    case SY_LAB_STOPPED:
        sy_json_set_string(object, "message", event->message);
        break;
    }
}

char *sy_lab_event_text(const SyLabEvent *event)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

    json_object_set_string_member(object, "event", names[event->kind]);
    set_members(object, event);
    json_node_take_object(node, object);
    return sy_json_text(node, SY_JSON_LINE);
}

static bool read_kind(const SyJsonReader *reader, SyLabEventKind *kind, GError **error)
{
    g_autofree char *name = NULL;

    if (!sy_json_read_string(reader, "event", SY_JSON_REQUIRED, &name, error)) {
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *kind = (SyLabEventKind)i;
            return true;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown event '%s'", name);
    return false;
}

static bool read_result(const SyJsonReader *reader, SyCaseResult **result, GError **error)
{
    JsonNode *node = sy_json_read_node(reader, "case", error);
    SyJsonReader inner;

    if (!node || !sy_json_reader_init(&inner, node, "$.case", error)) {
        return false;
    }
    *result = sy_case_result_from_json(inner.object, "$.case", error);
    return *result != NULL;
}

static bool read_host(const SyJsonReader *reader, SyHostFingerprint **host, GError **error)
{
    JsonNode *node = sy_json_read_node(reader, "host", error);

    *host = node ? sy_host_from_json(node, "$.host", error) : NULL;
    return *host != NULL;
}

static bool read_members(const SyJsonReader *reader, SyLabEvent *event, GError **error)
{
    gint64 number = 0;

    switch (event->kind) {
    case SY_LAB_HOST:
        return read_host(reader, &event->host, error);
    case SY_LAB_BEGIN:
        return sy_json_read_string(reader, "id", SY_JSON_REQUIRED, &event->id, error);
    case SY_LAB_REPETITION:
        if (!sy_json_read_string(reader, "id", SY_JSON_REQUIRED, &event->id, error) ||
            !sy_json_read_int(reader, "repetition", 0, G_MAXUINT, &number, error)) {
            return false;
        }
        event->repetition = (guint)number;
        return true;
    case SY_LAB_CASE:
        return read_result(reader, &event->result, error);
    case SY_LAB_END:
        if (!sy_json_read_int(reader, "exit", 0, 255, &number, error)) {
            return false;
        }
        event->exit = (int)number;
        return true;
    case SY_LAB_STOPPED:
        return sy_json_read_string(reader, "message", SY_JSON_REQUIRED, &event->message, error);
    }
    return false;
}

static void set_invalid(const char *line, const GError *cause, GError **error)
{
    g_autofree char *quote = g_utf8_make_valid(line, (gssize)strnlen(line, QUOTE_MAX));

    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "'%s': %s", quote, cause->message);
}

bool sy_lab_event_parse(const char *line, SyLabEvent *event, GError **error)
{
    g_autoptr(JsonNode) node = NULL;
    g_autoptr(GError) cause = NULL;
    SyJsonReader reader;

    memset(event, 0, sizeof(*event));
    node = sy_json_parse(line, -1, "$", &cause);
    if (node && sy_json_reader_init(&reader, node, "$", &cause) &&
        read_kind(&reader, &event->kind, &cause) && read_members(&reader, event, &cause)) {
        return true;
    }
    set_invalid(line, cause, error);
    sy_lab_event_clear(event);
    return false;
}

void sy_lab_event_clear(SyLabEvent *event)
{
    g_free(event->id);
    g_free(event->message);
    sy_case_result_free(event->result);
    sy_host_fingerprint_free(event->host);
    memset(event, 0, sizeof(*event));
}

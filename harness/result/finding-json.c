/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/finding-json.h"

#include <string.h>

#include "base/error.h"

#define MEMBER "host_findings"

static JsonObject *finding_to_json(const SyFinding *finding)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "kind", finding->kind);
    sy_json_set_string(object, "name", finding->name);
    json_object_set_boolean_member(object, "met", finding->met);
    sy_json_set_string(object, "summary", finding->summary);
    sy_json_set_string(object, "evidence", finding->evidence);
    sy_json_set_string(object, "remedy", finding->remedy);
    return object;
}

JsonArray *sy_findings_to_json(const GPtrArray *findings)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < findings->len; i++) {
        json_array_add_object_element(array, finding_to_json(g_ptr_array_index(findings, i)));
    }
    return array;
}

static bool read_finding(JsonNode *node, const char *where, SyFinding *finding, GError **error)
{
    SyJsonReader reader;

    if (!sy_json_reader_init(&reader, node, where, error) ||
        !sy_json_read_string(&reader, "kind", SY_JSON_REQUIRED, &finding->kind, error) ||
        !sy_json_read_string(&reader, "name", SY_JSON_REQUIRED, &finding->name, error) ||
        !sy_json_read_bool(&reader, "met", &finding->met, error) ||
        !sy_json_read_string(&reader, "summary", SY_JSON_NULLABLE, &finding->summary, error) ||
        !sy_json_read_string(&reader, "evidence", SY_JSON_REQUIRED, &finding->evidence, error) ||
        !sy_json_read_string(&reader, "remedy", SY_JSON_NULLABLE, &finding->remedy, error)) {
        return false;
    }
    if (strcmp(finding->kind, SY_FINDING_REQUIREMENT) != 0 &&
        strcmp(finding->kind, SY_FINDING_TUNING) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "%s.kind: '%s' is not one of %s, %s", where,
                    finding->kind, SY_FINDING_REQUIREMENT, SY_FINDING_TUNING);
        return false;
    }
    return true;
}

bool sy_findings_from_json(const SyJsonReader *root, GPtrArray *findings, GError **error)
{
    JsonArray *array;

    if (!json_object_has_member(root->object, MEMBER)) {
        return true;
    }
    array = sy_json_read_array(root, MEMBER, error);
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        g_autofree char *where = g_strdup_printf("%s." MEMBER "[%u]", root->where, i);
        SyFinding *finding = sy_finding_new(NULL, NULL, false);

        g_ptr_array_add(findings, finding);
        if (!read_finding(json_array_get_element(array, i), where, finding, error)) {
            return false;
        }
    }
    return array != NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/request.h"

#include "base/error.h"

SyRunRequest *sy_run_request_new(void)
{
    SyRunRequest *request = g_new0(SyRunRequest, 1);

    request->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    return request;
}

JsonObject *sy_run_request_to_json(const SyRunRequest *request)
{
    JsonObject *object = json_object_new();
    JsonArray *jobs = json_array_new();
    JsonArray *faults = json_array_new();

    for (guint i = 0; i < request->jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(request->jobs, i);
        JsonObject *entry = json_object_new();

        json_object_set_string_member(entry, "path", job->path);
        json_object_set_string_member(entry, "text", job->text);
        json_array_add_object_element(jobs, entry);
    }
    for (guint i = 0; request->faults && request->faults[i]; i++) {
        json_array_add_string_element(faults, request->faults[i]);
    }
    json_object_set_array_member(object, "jobs", jobs);
    if (request->filter) {
        json_object_set_string_member(object, "filter", request->filter);
    }
    json_object_set_int_member(object, "repeat", request->repeat);
    json_object_set_string_member(object, "host_mode", request->host_mode);
    json_object_set_string_member(object, "release", request->release);
    json_object_set_string_member(object, "qemu", request->qemu);
    json_object_set_array_member(object, "faults", faults);
    return object;
}

static char *dup_string(JsonObject *object, const char *name)
{
    return g_strdup(json_object_get_string_member_with_default(object, name, NULL));
}

static JsonArray *get_array(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

SyRunRequest *sy_run_request_from_json(JsonObject *object, const SyWorkload *const *table,
                                       GError **error)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();
    JsonArray *jobs = get_array(object, "jobs"), *faults = get_array(object, "faults");
    g_autoptr(GStrvBuilder) specs = g_strv_builder_new();

    request->filter = dup_string(object, "filter");
    request->repeat = (guint)json_object_get_int_member_with_default(object, "repeat", 0);
    request->host_mode = dup_string(object, "host_mode");
    request->release = dup_string(object, "release");
    request->qemu = dup_string(object, "qemu");
    if (!jobs || !faults || !request->host_mode || !request->release || !request->qemu) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_PROTOCOL,
            "the start record lacks jobs, faults, host_mode, release or qemu; start a new run");
        return NULL;
    }
    for (guint i = 0; i < json_array_get_length(faults); i++) {
        g_strv_builder_add(specs, json_array_get_string_element(faults, i));
    }
    request->faults = g_strv_builder_end(specs);
    for (guint i = 0; i < json_array_get_length(jobs); i++) {
        JsonObject *entry = json_array_get_object_element(jobs, i);
        SyJob *job = sy_job_parse(json_object_get_string_member_with_default(entry, "path", "job"),
                                  json_object_get_string_member_with_default(entry, "text", ""),
                                  table, error);

        if (!job) {
            return NULL;
        }
        g_ptr_array_add(request->jobs, job);
    }
    return g_steal_pointer(&request);
}

char *sy_run_request_job_names(const SyRunRequest *request)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < request->jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(request->jobs, i);

        g_string_append_printf(names, "%s%s", i ? "+" : "", job->name);
    }
    return g_string_free(names, FALSE);
}

void sy_run_request_free(SyRunRequest *request)
{
    if (!request) {
        return;
    }
    g_ptr_array_unref(request->jobs);
    g_free(request->filter);
    g_free(request->host_mode);
    g_free(request->release);
    g_free(request->qemu);
    g_strfreev(request->faults);
    g_free(request);
}

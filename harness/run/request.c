/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/request.h"

#include "base/error.h"
#include "result/json-text.h"
#include "run/fault.h"

/* NULL becomes an empty array. */
static void set_strings(JsonObject *object, const char *name, char *const *strings)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; strings && strings[i]; i++) {
        json_array_add_string_element(array, strings[i]);
    }
    json_object_set_array_member(object, name, array);
}

SyRunRequest *sy_run_request_new(void)
{
    SyRunRequest *request = g_new0(SyRunRequest, 1);

    request->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    return request;
}

bool sy_run_request_load(SyRunRequest *request, char *const *paths, const SyWorkload *const *table,
                         GError **error)
{
    for (; *paths; paths++) {
        SyJob *job = sy_job_load(*paths, table, error);

        if (!job) {
            return false;
        }
        g_ptr_array_add(request->jobs, job);
    }
    return true;
}

JsonObject *sy_run_request_to_json(const SyRunRequest *request)
{
    JsonObject *object = json_object_new();
    JsonArray *jobs = json_array_new();

    for (guint i = 0; i < request->jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(request->jobs, i);
        JsonObject *entry = json_object_new();

        json_object_set_string_member(entry, "path", job->path);
        json_object_set_string_member(entry, "text", job->text);
        json_array_add_object_element(jobs, entry);
    }
    json_object_set_array_member(object, "jobs", jobs);
    if (request->filter) {
        json_object_set_string_member(object, "filter", request->filter);
    }
    if (request->cases) {
        set_strings(object, "cases", request->cases);
    }
    json_object_set_int_member(object, "repeat", request->repeat);
    if (request->fresh) {
        json_object_set_boolean_member(object, "fresh", TRUE);
    }
    if (request->trace) {
        json_object_set_string_member(object, "trace", request->trace);
    }
    json_object_set_string_member(object, "host_mode", request->host_mode);
    json_object_set_string_member(object, "release", request->release);
    json_object_set_string_member(object, "qemu", request->qemu);
    set_strings(object, "faults", request->faults);
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

static GStrv get_strings(JsonArray *array)
{
    g_autoptr(GStrvBuilder) strings = g_strv_builder_new();

    for (guint i = 0; i < json_array_get_length(array); i++) {
        g_strv_builder_add(strings, json_array_get_string_element(array, i));
    }
    return g_strv_builder_end(strings);
}

SyRunRequest *sy_run_request_from_json(JsonObject *object, const SyWorkload *const *table,
                                       GError **error)
{
    g_autoptr(SyRunRequest) request = sy_run_request_new();
    JsonArray *jobs = get_array(object, "jobs"), *faults = get_array(object, "faults");
    JsonArray *cases = get_array(object, "cases");

    request->filter = dup_string(object, "filter");
    request->repeat = (guint)json_object_get_int_member_with_default(object, "repeat", 0);
    request->fresh = json_object_get_boolean_member_with_default(object, "fresh", FALSE);
    request->trace = dup_string(object, "trace");
    request->host_mode = dup_string(object, "host_mode");
    request->release = dup_string(object, "release");
    request->qemu = dup_string(object, "qemu");
    if (!jobs || !faults || !request->host_mode || !request->release || !request->qemu) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "jobs, faults, host_mode, release or qemu are missing from the start entry; "
                    "start a new run");
        return NULL;
    }
    request->faults = get_strings(faults);
    request->cases = cases ? get_strings(cases) : NULL;
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

/* A fault that no case heeds would let a gate hold that it was meant to break. */
static bool check_faults(const SyRunRequest *request, const GPtrArray *plans, GError **error)
{
    const char *const *specs = (const char *const *)request->faults;
    g_autoptr(SyFaults) faults = sy_faults_parse(specs, error);
    g_autoptr(GPtrArray) heeded = g_ptr_array_new();

    for (guint i = 0; i < plans->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(plans, i);

        for (const char *const *name = plan->workload->faults; name && *name; name++) {
            g_ptr_array_add(heeded, (gpointer)*name);
        }
    }
    g_ptr_array_add(heeded, NULL);
    /* The cases of one boot of the lab are a part of a run, which was checked as a whole. */
    return faults && (request->cases ||
                      sy_faults_check_heeded(specs, (const char *const *)heeded->pdata, error));
}

GPtrArray *sy_run_request_plans(const SyRunRequest *request, GError **error)
{
    g_autoptr(GPtrArray) plans =
        sy_matrix_expand(request->jobs, request->filter, request->repeat, error);

    if (!plans ||
        (request->cases && !sy_matrix_select(plans, (const char *const *)request->cases, error))) {
        return NULL;
    }
    if (!check_faults(request, plans, error)) {
        return NULL;
    }
    if (request->trace && !sy_matrix_set_trace(plans, request->trace, error)) {
        g_prefix_error(error, "--trace: ");
        return NULL;
    }
    for (guint i = 0; i < plans->len; i++) {
        ((SyCasePlan *)g_ptr_array_index(plans, i))->fresh = request->fresh;
    }
    return g_steal_pointer(&plans);
}

/* Only the file's name is kept, because the job's name may come from it. */
static JsonArray *jobs_without_folders(const GPtrArray *jobs)
{
    JsonArray *array = json_array_new();

    for (guint i = 0; i < jobs->len; i++) {
        const SyJob *job = g_ptr_array_index(jobs, i);
        g_autofree char *base = g_path_get_basename(job->path);
        JsonObject *entry = json_object_new();

        json_object_set_string_member(entry, "path", base);
        json_object_set_string_member(entry, "text", job->text);
        json_array_add_object_element(array, entry);
    }
    return array;
}

char *sy_run_request_for_lab(const SyRunRequest *request, const GPtrArray *cases,
                             const char *host_mode, const char *qemu)
{
    JsonObject *object = sy_run_request_to_json(request);
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);
    JsonArray *ids = json_array_new();

    for (guint i = 0; i < cases->len; i++) {
        const SyCasePlan *plan = g_ptr_array_index(cases, i);

        json_array_add_string_element(ids, plan->id);
    }
    json_object_remove_member(object, "filter");
    json_object_set_array_member(object, "jobs", jobs_without_folders(request->jobs));
    json_object_set_array_member(object, "cases", ids);
    json_object_set_string_member(object, "host_mode", host_mode);
    json_object_set_string_member(object, "qemu", qemu);
    json_object_unref(object);
    return sy_json_text(node, SY_JSON_LINE);
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
    g_free(request->trace);
    g_free(request->host_mode);
    g_free(request->release);
    g_free(request->qemu);
    g_strfreev(request->faults);
    g_strfreev(request->cases);
    g_free(request);
}

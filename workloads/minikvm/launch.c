/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/launch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "vm/json.h"

#define LIMIT_NS (120 * SY_NS_PER_S)
/* For mini-kvm itself: the guests take milliseconds, in the lab a second. */
#define GUEST_LIMIT_S "30"

static void vcpu_free(gpointer data)
{
    MinikvmVcpu *vcpu = data;

    g_free(vcpu->end);
    g_byte_array_unref(vcpu->output);
    g_free(vcpu);
}

/* Character N stands for byte N. */
static bool add_bytes(GByteArray *bytes, const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        guint8 byte = (guint8)character;

        if (character > 0xff) {
            return false;
        }
        g_byte_array_append(bytes, &byte, 1);
    }
    return true;
}

static bool count_member(JsonObject *object, const char *name, guint64 *value)
{
    gint64 number = -1;
    bool good = sy_json_int_member(object, name, &number) && number >= 0;

    *value = good ? (guint64)number : 0;
    return good;
}

/* Fills `vcpu`, all zeros but for .output; false if something is missing. */
static bool read_vcpu(JsonObject *object, MinikvmVcpu *vcpu)
{
    JsonObject *stats = sy_json_object_member(object, "kvm_stats");
    const char *output = sy_json_string_member(object, "output");

    vcpu->end = g_strdup(sy_json_string_member(object, "end"));
    vcpu->runs_by_kvm = -1;
    if (stats &&
        (!sy_json_int_member(stats, "fpu_reload", &vcpu->runs_by_kvm) || vcpu->runs_by_kvm < 0)) {
        return false;
    }
    return vcpu->end && output && count_member(object, "exits", &vcpu->exits) &&
           count_member(object, "interrupted", &vcpu->interrupted) &&
           count_member(object, "output_bytes", &vcpu->output_bytes) &&
           add_bytes(vcpu->output, output);
}

static bool read_vcpus(JsonObject *top, GPtrArray *vcpus)
{
    JsonNode *node = json_object_get_member(top, "vcpus");
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonObject *object = sy_json_object(json_array_get_element(array, i));
        MinikvmVcpu *vcpu = g_new0(MinikvmVcpu, 1);

        vcpu->output = g_byte_array_new();
        g_ptr_array_add(vcpus, vcpu);
        if (!object || !read_vcpu(object, vcpu)) {
            return false;
        }
    }
    return vcpus->len > 0;
}

MinikvmRun *minikvm_run_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(MinikvmRun) run = g_new0(MinikvmRun, 1);
    /* Without the newline at its end. */
    g_autofree char *line = g_strchomp(g_strndup(text, length));
    g_autoptr(JsonObject) top = sy_json_parse_object(line, strlen(line));

    run->runs_by_tracer = -1;
    run->vcpus = g_ptr_array_new_with_free_func(vcpu_free);
    if (!top || !read_vcpus(top, run->vcpus)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "not what mini-kvm --json prints: %.200s",
                    text);
        return NULL;
    }
    return g_steal_pointer(&run);
}

bool minikvm_perf_parse(const char *text, gint64 *count, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_auto(GStrv) fields = g_strsplit(lines[i], ",", -1);

        if (*lines[i] != '#' && g_strv_length(fields) > 2 &&
            g_ascii_string_to_signed(fields[0], 10, 0, G_MAXINT64, count, NULL)) {
            return true;
        }
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "perf stat has counted nothing: %.200s", text);
    return false;
}

/* Runs the command; 0 to 255 is its exit status, -1 an error. What it says goes to `log_path`. */
static int run_command(const char *const *argv, const char *log_path, GError **error)
{
    g_autoptr(SyChild) child =
        sy_child_spawn(argv, &(SyChildOptions){.output_path = log_path}, error);
    g_autofree char *how = NULL;
    int status = -1;

    if (!child) {
        return -1;
    }
    if (!sy_child_wait(child, sy_now_ns() + LIMIT_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "mini-kvm took more than two minutes");
        return -1;
    }
    how = sy_child_describe_exit(child);
    if (sscanf(how, "exit status %d", &status) != 1) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "mini-kvm: %s; log: %s", how, log_path);
        return -1;
    }
    return status;
}

/* The exit statuses of workloads/minikvm/vmm/status.h in which guests have run. */
static bool guests_have_run(int status)
{
    return status == 0 || status == 1 || status == 4 || status == 5;
}

/* The shell divides stdout, the JSON, from stderr, the log. */
static GPtrArray *command_of(const MinikvmLaunch *launch, const char *json, const char *perf)
{
    static const char *const perf_words[] = {
        "perf", "stat", "-x", ",", "-e", "kvm:kvm_userspace_exit", "-o", NULL};
    GPtrArray *argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer) "sh");
    g_ptr_array_add(argv, (gpointer) "-c");
    g_ptr_array_add(argv, (gpointer) "exec \"$@\" >\"$0\"");
    g_ptr_array_add(argv, (gpointer)json);
    for (guint i = 0; launch->traced && perf_words[i]; i++) {
        g_ptr_array_add(argv, (gpointer)perf_words[i]);
    }
    if (launch->traced) {
        g_ptr_array_add(argv, (gpointer)perf);
        g_ptr_array_add(argv, (gpointer) "--");
    }
    g_ptr_array_add(argv, (gpointer)launch->program);
    g_ptr_array_add(argv, (gpointer) "--json");
    g_ptr_array_add(argv, (gpointer) "--timeout=" GUEST_LIMIT_S);
    for (guint i = 0; launch->images[i]; i++) {
        g_ptr_array_add(argv, (gpointer)launch->images[i]);
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static bool read_perf(const char *path, MinikvmRun *run, GError **error)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, error) &&
           minikvm_perf_parse(text, &run->runs_by_tracer, error);
}

bool minikvm_is_built(const char *name, const char *path, GError **error)
{
    if (access(path, X_OK) != 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no %s at %s: `make mini-kvm guests` builds it", name, path);
        return false;
    }
    return true;
}

MinikvmRun *minikvm_launch(const MinikvmLaunch *launch, GError **error)
{
    g_autofree char *json_path = g_build_filename(launch->dir, "mini-kvm.json", NULL);
    g_autofree char *perf_path = g_build_filename(launch->dir, "perf-stat.txt", NULL);
    g_autofree char *log_path = g_build_filename(launch->dir, "mini-kvm.log", NULL);
    g_autoptr(GPtrArray) argv = command_of(launch, json_path, perf_path);
    g_autoptr(MinikvmRun) run = NULL;
    g_autofree char *text = NULL;
    gsize length;
    int status;

    if (!minikvm_is_built("mini-kvm", launch->program, error)) {
        return NULL;
    }
    status = run_command((const char *const *)argv->pdata, log_path, error);
    if (status < 0) {
        return NULL;
    }
    if (!guests_have_run(status)) {
        g_autofree char *said = NULL;

        g_file_get_contents(log_path, &said, NULL, NULL);
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "mini-kvm: exit status %d: %s", status,
                    said ? g_strstrip(said) : "");
        return NULL;
    }
    if (!g_file_get_contents(json_path, &text, &length, error)) {
        return NULL;
    }
    run = minikvm_run_parse(text, length, error);
    if (!run || (launch->traced && !read_perf(perf_path, run, error))) {
        return NULL;
    }
    return g_steal_pointer(&run);
}

void minikvm_run_free(MinikvmRun *run)
{
    if (run) {
        if (run->vcpus) {
            g_ptr_array_unref(run->vcpus);
        }
        g_free(run);
    }
}

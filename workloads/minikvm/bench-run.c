/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/bench-run.h"

#include <string.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "vm/json.h"
#include "workloads/minikvm/busy.h"
#include "workloads/minikvm/launch.h"

#define LIMIT_NS (120 * SY_NS_PER_S)

static bool read_runs(JsonObject *top, BenchRun *run)
{
    JsonNode *node = json_object_get_member(top, "run_ns");
    JsonArray *array = node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    gint64 different;

    if (!array || !sy_json_int_member(top, "different", &different) || different < 0) {
        return false;
    }
    run->different = (guint64)different;
    run->end = g_strdup(sy_json_string_member(top, "end"));
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        bool is_integer =
            JSON_NODE_HOLDS_VALUE(element) && json_node_get_value_type(element) == G_TYPE_INT64;
        double us = is_integer ? (double)json_node_get_int(element) / SY_NS_PER_US : -1;

        if (us <= 0) {
            return false;
        }
        g_array_append_val(run->run_us, us);
    }
    return run->end && run->run_us->len > 0;
}

BenchRun *bench_run_parse(const char *text, GError **error)
{
    g_autoptr(BenchRun) run = g_new0(BenchRun, 1);
    g_autofree char *line = g_strchomp(g_strdup(text)); /* without the newline at its end */
    g_autoptr(JsonObject) top = sy_json_parse_object(line, strlen(line));

    run->run_us = g_array_new(FALSE, FALSE, sizeof(double));
    if (!top || !read_runs(top, run)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "not what mini-kvm-bench prints: %.200s",
                    text);
        return NULL;
    }
    return g_steal_pointer(&run);
}

BenchRun *bench_run(const char *program, const char *const *arguments, const char *file,
                    GError **error)
{
    GPtrArray *words = g_ptr_array_new();
    g_auto(GStrv) argv = NULL;
    g_autoptr(SyChild) child = NULL;
    g_autofree char *text = NULL;
    BenchRun *run;

    sy_argv_add(words, program);
    for (; *arguments; arguments++) {
        sy_argv_add(words, *arguments);
    }
    argv = sy_argv_end(words);
    if (!minikvm_is_built("mini-kvm-bench", program, error)) {
        return NULL;
    }
    unlink(file);
    child =
        sy_child_spawn((const char *const *)argv, &(SyChildOptions){.output_path = file}, error);
    if (!child) {
        return NULL;
    }
    if (!sy_child_wait(child, sy_now_ns() + LIMIT_NS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "mini-kvm-bench took more than two minutes");
        return NULL;
    }
    if (!g_file_get_contents(file, &text, NULL, error)) {
        return NULL;
    }
    /* What it found is in its JSON, also if a guest did not end well. */
    if (*text != '{') {
        g_autofree char *how = sy_child_describe_exit(child);

        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "mini-kvm-bench: %s: %.200s", how,
                    g_strstrip(text));
        return NULL;
    }
    run = bench_run_parse(text, error);
    if (run) {
        run->wait_us = busy_wait_us(sy_child_pid(child));
    }
    return run;
}

void bench_run_free(BenchRun *run)
{
    if (run) {
        g_array_unref(run->run_us);
        g_free(run->end);
        g_free(run);
    }
}

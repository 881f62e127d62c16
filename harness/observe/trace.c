/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/trace.h"

#include <signal.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/supervisor.h"
#include "observe/trace-buffer.h"

/* In an emulated lab trace-cmd takes seconds to read some thousand event descriptions. */
#define START_LIMIT_NS (60 * SY_NS_PER_S)
#define STOP_LIMIT_NS (120 * SY_NS_PER_S)
#define END_PATIENCE_NS (5 * SY_NS_PER_S)
#define POLL_NS (2 * SY_NS_PER_MS)

#define BUFFER_KIB "4096" /* per CPU; three times the kernel's default */

struct SyTrace {
    SySupervisor *supervisor;
    SyTraceBuffer *buffer;
    char *log_path;
};

bool sy_trace_parse(const char *text, GStrv *events, GError **error)
{
    g_auto(GStrv) names = g_strsplit(text, ",", -1);

    *events = NULL;
    for (guint i = 0; names[i]; i++) {
        const char *name = g_strstrip(names[i]);
        const char *colon = strchr(name, ':');

        if (strcmp(name, "none") == 0 && !names[1]) {
            return true;
        }
        if (*name == '\0' || *name == '-' || colon == name || (colon && colon[1] == '\0') ||
            strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-:*?") != strlen(name) ||
            strcmp(name, "none") == 0 || (colon && strchr(colon + 1, ':'))) {
            g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                        "'%s' is not the name of an event; give systems and events separated by "
                        "commas, such as \"kvm, sched:sched_switch\", or none",
                        name);
            return false;
        }
    }
    if (!names[0]) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "no event given; write none for no trace");
        return false;
    }
    *events = g_steal_pointer(&names);
    return true;
}

/* ---- trace-cmd ---- */

/* The last two lines of the log in one, because trace-cmd prints first the cause and then what
 * failed. Its prompt sits in a buffer until the end, and comes after them. */
static char *last_words(const SyTrace *trace)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    const char *last[2] = {"", ""};

    if (!g_file_get_contents(trace->log_path, &text, NULL, NULL)) {
        return g_strdup("nothing");
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (*g_strstrip(lines[i]) && !g_str_has_prefix(lines[i], "Hit Ctrl")) {
            last[0] = last[1];
            last[1] = lines[i];
        }
    }
    if (!*last[1]) {
        return g_strdup("nothing");
    }
    return g_strdup_printf("%.200s%s%.200s", last[0], *last[0] ? ": " : "", last[1]);
}

/* Names the log without its path, which means nothing outside of a lab. */
static void set_error_with_log(GError **error, int code, const SyTrace *trace, const char *what)
{
    g_autofree char *words = last_words(trace);
    g_autofree char *log = g_path_get_basename(trace->log_path);

    g_set_error(error, SY_ERROR, code, "trace-cmd %s; it printed: %s; log: %s", what, words, log);
}

static GPtrArray *command_line(const SyTrace *trace, const char *const *events, const char *path)
{
    GPtrArray *argv = g_ptr_array_new();

    g_ptr_array_add(argv, (gpointer) "trace-cmd");
    g_ptr_array_add(argv, (gpointer) "record");
    g_ptr_array_add(argv, (gpointer) "-o");
    g_ptr_array_add(argv, (gpointer)path);
    /* The options after -B apply to that buffer. */
    g_ptr_array_add(argv, (gpointer) "-B");
    g_ptr_array_add(argv,
                    (gpointer)tracefs_instance_get_name(sy_trace_buffer_instance(trace->buffer)));
    g_ptr_array_add(argv, (gpointer) "-C");
    g_ptr_array_add(argv, (gpointer) "mono");
    g_ptr_array_add(argv, (gpointer) "-b");
    g_ptr_array_add(argv, (gpointer)BUFFER_KIB);
    for (guint i = 0; events[i]; i++) {
        g_ptr_array_add(argv, (gpointer) "-e");
        g_ptr_array_add(argv, (gpointer)events[i]);
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static bool wait_until_on(const SyTrace *trace, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + START_LIMIT_NS;

    while (tracefs_trace_is_on(sy_trace_buffer_instance(trace->buffer)) != 1) {
        int64_t now_ns = sy_now_ns();

        if (!sy_supervisor_alive(trace->supervisor)) {
            set_error_with_log(error, SY_ERROR_DIED, trace, "did not record");
            return false;
        }
        if (now_ns >= deadline_ns) {
            set_error_with_log(error, SY_ERROR_TIMEOUT, trace, "did not record within 60 s");
            return false;
        }
        if (!sy_sleep_until_ns(now_ns + POLL_NS, error)) {
            return false;
        }
    }
    return true;
}

SyTrace *sy_trace_start(const char *const *events, const char *path, const char *log_path,
                        GError **error)
{
    SyChildOptions options = {.output_path = log_path};
    g_autoptr(SyTrace) trace = g_new0(SyTrace, 1);
    g_autoptr(GPtrArray) argv = NULL;
    g_autoptr(GError) cause = NULL;

    trace->log_path = g_strdup(log_path);
    trace->buffer = sy_trace_buffer_new("", error);
    if (!trace->buffer) {
        return NULL;
    }
    unlink(path); /* an old file must not pass for the new one */
    argv = command_line(trace, events, path);
    trace->supervisor = sy_supervisor_spawn((const char *const *)argv->pdata, &options, &cause);
    if (!trace->supervisor) {
        g_set_error(error, SY_ERROR, cause->code, "%s; install it: make deps", cause->message);
        return NULL;
    }
    return wait_until_on(trace, error) ? g_steal_pointer(&trace) : NULL;
}

bool sy_trace_stop(SyTrace *trace, SyTraceTally *tally, GError **error)
{
    bool alive = sy_supervisor_alive(trace->supervisor);

    tracefs_trace_off(sy_trace_buffer_instance(trace->buffer));
    if (!alive) {
        set_error_with_log(error, SY_ERROR_DIED, trace, "ended before it was asked to");
        return false;
    }
    /* trace-cmd resets these counts when it ends. */
    if (!sy_trace_buffer_tally(trace->buffer, tally, error)) {
        return false;
    }
    sy_supervisor_signal(trace->supervisor, SIGINT);
    if (!sy_supervisor_wait(trace->supervisor, sy_now_ns() + STOP_LIMIT_NS)) {
        set_error_with_log(error, SY_ERROR_TIMEOUT, trace, "did not end within 120 s of SIGINT");
        return false;
    }
    if (!sy_supervisor_succeeded(trace->supervisor)) {
        set_error_with_log(error, SY_ERROR_DIED, trace, "failed");
        return false;
    }
    return true;
}

void sy_trace_free(SyTrace *trace)
{
    if (!trace) {
        return;
    }
    sy_supervisor_end(trace->supervisor, END_PATIENCE_NS, NULL);
    sy_trace_buffer_free(trace->buffer);
    g_free(trace->log_path);
    g_free(trace);
}

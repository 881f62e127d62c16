/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/perf-record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/supervisor.h"

#define START_LIMIT_NS (60 * SY_NS_PER_S)
#define STOP_LIMIT_NS (120 * SY_NS_PER_S)
#define END_PATIENCE_NS (5 * SY_NS_PER_S)
#define POLL_NS (2 * SY_NS_PER_MS)

#define BUFFER_PAGES "1024" /* per CPU: 4 MiB, as much as trace-cmd gets */

/* perf's --control (`man perf-record`): one command per line, answered with "ack\n". */
#define SAY_ENABLE "enable\n"
#define SAY_STOP "stop\n"
#define ACK "ack\n"

struct SyPerfRecord {
    SySupervisor *supervisor;
    char *log_path;
    char *pipe_path[2]; /* commands and answers; NULL once both sides have them open */
    int fd[2];
};

static void remove_pipes(SyPerfRecord *record)
{
    for (int i = 0; i < 2; i++) {
        if (record->pipe_path[i]) {
            unlink(record->pipe_path[i]);
            g_clear_pointer(&record->pipe_path[i], g_free);
        }
    }
}

static bool make_pipes(SyPerfRecord *record, const char *path, GError **error)
{
    static const char *const suffixes[] = {".control", ".answers"};

    for (int i = 0; i < 2; i++) {
        record->pipe_path[i] = g_strconcat(path, suffixes[i], NULL);
        unlink(record->pipe_path[i]);
        if (mkfifo(record->pipe_path[i], 0600) < 0) {
            sy_error_set_io(error, errno, "cannot make the pipe", record->pipe_path[i]);
            return false;
        }
        /* Opened for reading and writing, so that it does not wait for perf. */
        record->fd[i] = open(record->pipe_path[i], O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (record->fd[i] < 0) {
            sy_error_set_io(error, errno, "cannot open the pipe", record->pipe_path[i]);
            return false;
        }
    }
    return true;
}

/* Quotes the log's first line, because perf's usage text follows it. Names the log without its
 * path, which means nothing outside of a lab. */
static void set_error_with_log(GError **error, int code, const SyPerfRecord *record,
                               const char *what)
{
    g_autofree char *text = NULL, *log = g_path_get_basename(record->log_path);

    if (!g_file_get_contents(record->log_path, &text, NULL, NULL) || !*g_strstrip(text)) {
        g_free(text);
        text = g_strdup("nothing");
    }
    g_set_error(error, SY_ERROR, code, "perf record %s; it printed: %.*s; log: %s", what,
                (int)MIN(strcspn(text, "\n"), 300), text, log);
}

/* Without what takes time after the end (program names and build ids). The pipes have no path,
 * because a comma in it would end the name. */
static GPtrArray *command_line(const SyPerfRecord *record, const char *const *events,
                               const char *path)
{
    g_autofree char *control = g_path_get_basename(record->pipe_path[0]);
    g_autofree char *answers = g_path_get_basename(record->pipe_path[1]);
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    static const char *const fixed[] = {
        "perf", "record", "--all-cpus", "--no-buildid", "--no-buildid-cache", "--quiet",
        "-c",   "1",      "-m",         BUFFER_PAGES,   "--clockid",          "CLOCK_MONOTONIC",
        "-D",   "-1",     "-o"};

    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++) {
        g_ptr_array_add(argv, g_strdup(fixed[i]));
    }
    g_ptr_array_add(argv, g_strdup(path));
    g_ptr_array_add(argv, g_strdup_printf("--control=fifo:%s,%s", control, answers));
    for (guint i = 0; events[i]; i++) {
        g_ptr_array_add(argv, g_strdup("-e"));
        g_ptr_array_add(argv, g_strdup(events[i]));
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static bool say(const SyPerfRecord *record, const char *command, GError **error)
{
    gsize length = strlen(command);

    if (write(record->fd[0], command, length) != (ssize_t)length) {
        set_error_with_log(error, SY_ERROR_DIED, record, "does not take commands");
        return false;
    }
    return true;
}

static bool wait_for_ack(const SyPerfRecord *record, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + START_LIMIT_NS;
    char answer[64];

    for (;;) {
        ssize_t n = read(record->fd[1], answer, sizeof(answer) - 1);
        int64_t now_ns = sy_now_ns();

        answer[MAX(n, 0)] = '\0';
        if (strstr(answer, ACK)) {
            return true;
        }
        if (!sy_supervisor_alive(record->supervisor)) {
            set_error_with_log(error, SY_ERROR_DIED, record, "did not record");
            return false;
        }
        if (now_ns >= deadline_ns) {
            set_error_with_log(error, SY_ERROR_TIMEOUT, record, "did not record within 60 s");
            return false;
        }
        if (!sy_sleep_until_ns(now_ns + POLL_NS, error)) {
            return false;
        }
    }
}

SyPerfRecord *sy_perf_record_start(const char *const *events, const char *path,
                                   const char *log_path, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    SyChildOptions options = {.cwd = dir, .output_path = log_path};
    g_autoptr(SyPerfRecord) record = g_new0(SyPerfRecord, 1);
    g_autoptr(GPtrArray) argv = NULL;
    g_autoptr(GError) cause = NULL;

    record->fd[0] = record->fd[1] = -1;
    record->log_path = g_strdup(log_path);
    if (!make_pipes(record, path, error)) {
        return NULL;
    }
    unlink(path); /* an old file must not pass for the new one */
    argv = command_line(record, events, path);
    record->supervisor = sy_supervisor_spawn((const char *const *)argv->pdata, &options, &cause);
    if (!record->supervisor) {
        g_set_error(error, SY_ERROR, cause->code, "%s; install it: make deps", cause->message);
        return NULL;
    }
    if (!say(record, SAY_ENABLE, error) || !wait_for_ack(record, error)) {
        return NULL;
    }
    remove_pipes(record);
    return g_steal_pointer(&record);
}

bool sy_perf_record_stop(SyPerfRecord *record, GError **error)
{
    if (!sy_supervisor_alive(record->supervisor)) {
        set_error_with_log(error, SY_ERROR_DIED, record, "ended before it was asked to");
        return false;
    }
    if (!say(record, SAY_STOP, error)) {
        return false;
    }
    if (!sy_supervisor_wait(record->supervisor, sy_now_ns() + STOP_LIMIT_NS)) {
        set_error_with_log(error, SY_ERROR_TIMEOUT, record, "did not end within 120 s");
        return false;
    }
    if (!sy_supervisor_succeeded(record->supervisor)) {
        set_error_with_log(error, SY_ERROR_DIED, record, "failed");
        return false;
    }
    return true;
}

void sy_perf_record_free(SyPerfRecord *record)
{
    if (!record) {
        return;
    }
    sy_supervisor_end(record->supervisor, END_PATIENCE_NS, NULL);
    remove_pipes(record);
    for (int i = 0; i < 2; i++) {
        if (record->fd[i] >= 0) {
            close(record->fd[i]);
        }
    }
    g_free(record->log_path);
    g_free(record);
}

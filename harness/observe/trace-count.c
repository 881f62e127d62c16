/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/trace-count.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <trace-cmd.h>
#include <unistd.h>

#include "base/error.h"

SyTraceEvent *sy_trace_event_new(const char *name, uint64_t count)
{
    SyTraceEvent *event = g_new0(SyTraceEvent, 1);

    event->name = g_strdup(name);
    event->count = count;
    return event;
}

void sy_trace_event_free(SyTraceEvent *event)
{
    if (!event) {
        return;
    }
    g_free(event->name);
    g_free(event);
}

/* Adds the records of one buffer to `counts`: event id -> uint64_t. */
static void count_buffer(struct tracecmd_input *buffer, GHashTable *counts)
{
    struct tep_handle *tep = tracecmd_get_tep(buffer);

    for (int cpu = 0; cpu < tep_get_cpus(tep); cpu++) {
        struct tep_record *record;

        while ((record = tracecmd_read_data(buffer, cpu))) {
            gpointer id = GINT_TO_POINTER(tep_data_type(tep, record));
            uint64_t *count = g_hash_table_lookup(counts, id);

            if (!count) {
                count = g_new0(uint64_t, 1);
                g_hash_table_insert(counts, id, count);
            }
            (*count)++;
            tracecmd_free_record(record);
        }
    }
}

/* All buffers of a file share its event descriptions. */
static bool count_all(struct tracecmd_input *file, GHashTable *counts)
{
    int buffers = tracecmd_buffer_instances(file);

    count_buffer(file, counts);
    for (int i = 0; i < buffers; i++) {
        struct tracecmd_input *buffer = tracecmd_buffer_instance_handle(file, i);

        if (!buffer) {
            return false;
        }
        count_buffer(buffer, counts);
        tracecmd_close(buffer);
    }
    return true;
}

static char *event_name(struct tep_handle *tep, int id)
{
    const struct tep_event *event = tep_find_event(tep, id);

    return event ? g_strdup_printf("%s:%s", event->system, event->name)
                 : g_strdup_printf("unknown:%d", id);
}

/* One line per event: "kvm:kvm_exit 1204". */
static void write_counts(int fd, struct tep_handle *tep, GHashTable *counts)
{
    GHashTableIter iter;
    gpointer id, count;

    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &id, &count)) {
        g_autofree char *name = event_name(tep, GPOINTER_TO_INT(id));

        dprintf(fd, "%s %" G_GUINT64_FORMAT "\n", name, *(uint64_t *)count);
    }
}

/* In a process of its own: libtracecmd (1.3.1) crashes on a file that ends early. */
static G_NORETURN void reader_main(const char *path, int out_fd)
{
    const struct rlimit no_core = {0};
    GHashTable *counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    int null_fd = open("/dev/null", O_WRONLY);
    struct tracecmd_input *file;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* whoever handles crashes of the caller need not hear of this one */
    signal(SIGBUS, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    dup2(null_fd, STDOUT_FILENO); /* the libraries print their complaints */
    dup2(null_fd, STDERR_FILENO);
    file = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS | TRACECMD_FL_LOAD_NO_SYSTEM_PLUGINS);
    if (!file || !count_all(file, counts)) {
        _exit(1);
    }
    write_counts(out_fd, tracecmd_get_tep(file), counts);
    _exit(0);
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char block[4096];
    ssize_t n;

    while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR)) {
        g_string_append_len(text, block, MAX(n, 0));
    }
    return g_string_free(text, FALSE);
}

/* What the reader wrote; NULL if it failed. */
static char *run_reader(const char *path)
{
    g_autofree char *text = NULL;
    int fds[2], status = -1;
    pid_t pid, got;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        return NULL;
    }
    pid = fork();
    if (pid == 0) {
        reader_main(path, fds[1]);
    }
    close(fds[1]);
    text = read_all(fds[0]);
    close(fds[0]);
    do {
        got = pid > 0 ? waitpid(pid, &status, 0) : -1;
    } while (got < 0 && pid > 0 && errno == EINTR);
    return got > 0 && status == 0 ? g_steal_pointer(&text) : NULL;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(SyTraceEvent *const *)a)->name, (*(SyTraceEvent *const *)b)->name);
}

GPtrArray *sy_trace_count(const char *path, GError **error)
{
    g_autofree char *text = run_reader(path);
    g_auto(GStrv) lines = NULL;
    GPtrArray *events;

    if (!text) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "%s is no complete trace; `trace-cmd report -i` on it may say more", path);
        return NULL;
    }
    events = g_ptr_array_new_with_free_func((GDestroyNotify)sy_trace_event_free);
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        char *blank = strrchr(lines[i], ' ');

        if (blank) {
            *blank = '\0';
            g_ptr_array_add(events,
                            sy_trace_event_new(lines[i], g_ascii_strtoull(blank + 1, NULL, 10)));
        }
    }
    g_ptr_array_sort(events, compare_names);
    return events;
}

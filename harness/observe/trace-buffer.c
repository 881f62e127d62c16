/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/trace-buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include "base/error.h"

#define BUFFER_PREFIX "steelyard-"

struct SyTraceBuffer {
    struct tracefs_instance *instance;
    int hold_fd; /* an open file of the buffer, which keeps others from removing it */
};

/* "steelyard-12" and "steelyard-sched-12" are of process 12, "steelyard-x" is somebody else's. */
static bool is_stale(const char *name)
{
    const char *text = g_str_has_prefix(name, BUFFER_PREFIX) ? strrchr(name, '-') + 1 : "";
    guint64 pid;

    return g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &pid, NULL) &&
           kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/*
 * Removes the buffers of killed steelyards, which would go on collecting events for nobody. A
 * buffer in use may belong to a process that cannot be seen from here, in another container; it has
 * an open file, so the kernel refuses to remove it.
 */
static void remove_stale_buffers(void)
{
    char **names = tracefs_instances(NULL); /* with a pattern it leaks memory (1.6.4) */

    for (guint i = 0; names && names[i]; i++) {
        struct tracefs_instance *stale =
            is_stale(names[i]) ? tracefs_instance_alloc(NULL, names[i]) : NULL;

        if (stale) {
            tracefs_instance_destroy(stale);
            tracefs_instance_free(stale);
        }
    }
    tracefs_list_free(names);
}

/* Asked first, because libtracefs (1.6.4) leaks memory if there are none. */
static bool have_instances(void)
{
    const char *tracefs = tracefs_tracing_dir();
    g_autofree char *path = tracefs ? g_build_filename(tracefs, "instances", NULL) : NULL;

    return path && g_file_test(path, G_FILE_TEST_IS_DIR);
}

SyTraceBuffer *sy_trace_buffer_new(const char *kind, GError **error)
{
    g_autofree char *name =
        g_strdup_printf(BUFFER_PREFIX "%s%s%d", kind, *kind ? "-" : "", getpid());
    g_autoptr(SyTraceBuffer) buffer = g_new0(SyTraceBuffer, 1);

    buffer->hold_fd = -1;
    tracefs_set_loglevel(TEP_LOG_NONE); /* it would print its complaints */
    errno = 0;
    if (have_instances()) {
        remove_stale_buffers();
        errno = 0;
        buffer->instance = tracefs_instance_create(name);
    }
    if (buffer->instance) {
        buffer->hold_fd =
            tracefs_instance_file_open(buffer->instance, "tracing_on", O_RDONLY | O_CLOEXEC);
    }
    if (buffer->hold_fd < 0 || tracefs_trace_off(buffer->instance) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot make the trace buffer %s: %s; `steelyard doctor` shows what tracing "
                    "needs",
                    name, errno ? g_strerror(errno) : "this kernel has none");
        return NULL;
    }
    return g_steal_pointer(&buffer);
}

struct tracefs_instance *sy_trace_buffer_instance(const SyTraceBuffer *buffer)
{
    return buffer->instance;
}

/* The number after "NAME: " at the beginning of a line; 0 if there is none. */
static uint64_t stat_value(const char *stats, const char *name)
{
    gsize length = strlen(name);

    while (stats) {
        if (strncmp(stats, name, length) == 0 && stats[length] == ':') {
            return g_ascii_strtoull(stats + length + 1, NULL, 10);
        }
        stats = strchr(stats, '\n');
        stats = stats ? stats + 1 : NULL;
    }
    return 0;
}

void sy_trace_tally_add(SyTraceTally *tally, const char *stats)
{
    /* "entries" counts the events that were not read yet. */
    tally->kept += stat_value(stats, "entries") + stat_value(stats, "read events");
    tally->lost += stat_value(stats, "overrun") + stat_value(stats, "commit overrun") +
                   stat_value(stats, "dropped events");
}

bool sy_trace_buffer_tally(const SyTraceBuffer *buffer, SyTraceTally *tally, GError **error)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    bool any = false;

    *tally = (SyTraceTally){0};
    for (long cpu = 0; cpu < cpus; cpu++) {
        g_autofree char *file = g_strdup_printf("per_cpu/cpu%ld/stats", cpu);
        char *stats = tracefs_instance_file_read(buffer->instance, file, NULL);

        if (stats) { /* CPUs that are possible but absent have none */
            any = true;
            sy_trace_tally_add(tally, stats);
            free(stats);
        }
    }
    if (!any) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "trace buffer %s has no per_cpu/cpu*/stats: lost events would go unnoticed",
                    tracefs_instance_get_name(buffer->instance));
    }
    return any;
}

void sy_trace_buffer_free(SyTraceBuffer *buffer)
{
    if (!buffer) {
        return;
    }
    if (buffer->hold_fd >= 0) {
        close(buffer->hold_fd);
    }
    if (buffer->instance) {
        tracefs_trace_off(buffer->instance); /* in case it cannot be removed */
        tracefs_instance_destroy(buffer->instance);
        tracefs_instance_free(buffer->instance);
    }
    g_free(buffer);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pages/peak-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

bool peak_memory_reset(pid_t pid, GError **error)
{
    static const char reset_peak[] = "5"; /* proc_pid_clear_refs(5) */
    g_autofree char *path = g_strdup_printf("/proc/%d/clear_refs", (int)pid);
    int fd = open(path, O_WRONLY | O_CLOEXEC), saved_errno;

    if (fd >= 0 && write(fd, reset_peak, 1) == 1) {
        close(fd);
        return true;
    }
    saved_errno = errno;
    if (fd >= 0) {
        close(fd);
    }
    sy_error_set_io(error, saved_errno, "cannot reset the peak of memory through", path);
    return false;
}

static bool field(const char *status, const char *name, double *bytes)
{
    const char *at = strstr(status, name);
    char *end;

    if (!at) {
        return false;
    }
    at += strlen(name);
    *bytes = 1024 * (double)g_ascii_strtoull(at, &end, 10);
    return end != at && g_str_has_prefix(end, " kB");
}

bool peak_memory_parse(const char *rollup, const char *status, const char *stat, PeakMemory *memory)
{
    /* proc_pid_stat(5): after the name, which may contain anything, come the state, six fields and
     * minflt. */
    const char *name_end = strrchr(stat, ')');
    unsigned long long faults;

    if (!name_end || sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %*u %llu", &faults) != 1) {
        return false;
    }
    memory->faults = (double)faults;
    return field(rollup, "\nRss:", &memory->now_bytes) &&
           field(status, "\nVmHWM:", &memory->peak_bytes);
}

double peak_memory_growth(const PeakMemory *before, const PeakMemory *after)
{
    return MAX(after->peak_bytes - before->peak_bytes,
               (after->faults - before->faults) * (double)sysconf(_SC_PAGESIZE));
}

static char *contents(pid_t pid, const char *name, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, error) ? text : NULL;
}

bool peak_memory_read(pid_t pid, PeakMemory *memory, GError **error)
{
    g_autofree char *task = g_strdup_printf("task/%d/stat", (int)pid);
    g_autofree char *status = contents(pid, "status", error);
    g_autofree char *stat = status ? contents(pid, task, error) : NULL;
    g_autofree char *rollup = stat ? contents(pid, "smaps_rollup", error) : NULL;

    if (!rollup) {
        return false;
    }
    if (!peak_memory_parse(rollup, status, stat, memory)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "/proc/%d: no Rss in smaps_rollup, VmHWM in status or minflt in stat",
                    (int)pid);
        return false;
    }
    return true;
}

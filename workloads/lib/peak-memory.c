/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/peak-memory.h"

#include <errno.h>
#include <fcntl.h>
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

bool peak_memory_parse(const char *status, PeakMemory *memory)
{
    return field(status, "\nVmRSS:", &memory->now) && field(status, "\nVmHWM:", &memory->peak);
}

bool peak_memory_read(pid_t pid, PeakMemory *memory, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, error)) {
        return false;
    }
    if (!peak_memory_parse(text, memory)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s has no VmRSS and VmHWM", path);
        return false;
    }
    return true;
}

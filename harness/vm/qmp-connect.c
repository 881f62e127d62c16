/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qmp-connect.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/stream.h"

#define GREETING_NS (5 * SY_NS_PER_S)

SyQmp *sy_qmp_connect(const char *path, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1, saved_errno;
    g_autoptr(GError) cause = NULL;
    SyQmp *qmp;

    if (dir_fd >= 0) {
        fd = sy_stream_connect(dir_fd, name);
    }
    saved_errno = errno;
    if (dir_fd >= 0) {
        close(dir_fd);
    }
    if (fd < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot connect to %s: %s; it must be the socket of a QEMU that runs with "
                    "-qmp unix:PATH,server=on,wait=off",
                    path, g_strerror(saved_errno));
        return NULL;
    }
    qmp = sy_qmp_new(fd, GREETING_NS, &cause);
    if (g_error_matches(cause, SY_ERROR, SY_ERROR_TIMEOUT)) {
        g_prefix_error(&cause, "%s serves one client at a time, and may already have one: ", path);
    }
    if (!qmp) {
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return qmp;
}

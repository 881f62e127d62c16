/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qmp-connect.h"

#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/stream.h"

#define GREETING_NS (5 * SY_NS_PER_S)

SyQmp *sy_qmp_connect(const char *path, GError **error)
{
    int fd = sy_stream_connect(AT_FDCWD, path);
    g_autoptr(GError) cause = NULL;
    SyQmp *qmp;

    if (fd < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "cannot connect to %s: %s; it must be the socket of a QEMU that runs with "
                    "-qmp unix:PATH,server=on,wait=off",
                    path, g_strerror(errno));
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

/* The driver makes the port's device some time after it has found the bus, and the process that had
 * it open may just be dying. */
#define OPEN_LIMIT_NS (10 * SY_NS_PER_S)
#define OPEN_STEP_US 2000

bool sy_inside(void)
{
    return access("/etc/steelyard/lab", F_OK) == 0;
}

int sy_inside_open_lines(GError **error)
{
    int64_t deadline_ns = sy_now_ns() + OPEN_LIMIT_NS;
    int fd;

    while ((fd = open(SY_INSIDE_LINES, O_WRONLY | O_CLOEXEC)) < 0) {
        if ((errno != ENOENT && errno != EBUSY && errno != ENXIO) || sy_now_ns() > deadline_ns) {
            sy_error_set_io(error, errno, "cannot open the port for lines", SY_INSIDE_LINES);
            return -1;
        }
        g_usleep(OPEN_STEP_US);
    }
    return fd;
}

bool sy_inside_send(int fd, const char *line, GError **error)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    gsize length = strlen(text), done = 0;

    if (strchr(line, '\n')) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "cannot send a line that contains a newline: '%.80s'", line);
        return false;
    }
    while (done < length) {
        ssize_t n = write(fd, text + done, length - done);

        if (n < 0 && errno != EINTR) {
            sy_error_set_io(error, errno, "cannot send through", SY_INSIDE_LINES);
            return false;
        }
        done += (gsize)MAX(0, n);
    }
    return true;
}

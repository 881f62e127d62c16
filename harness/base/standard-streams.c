/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/standard-streams.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

bool sy_standard_streams_open(void)
{
    /* In this order open() returns the lowest that is closed, which is `fd`. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) {
            return false;
        }
    }
    return true;
}

bool sy_standard_output_unread(int timeout_ms)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    return poll(&out, 1, timeout_ms) > 0 && out.revents & (POLLERR | POLLHUP);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/standard-streams.h"

#include <fcntl.h>
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

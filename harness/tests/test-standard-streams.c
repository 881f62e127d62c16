/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/standard-streams.h"

/*
 * Some tests take descriptors 0 and 1 for a terminal or a pipe. If those were closed at start, they
 * would belong to Criterion's own sockets by then.
 */
__attribute__((constructor)) static void open_before_criterion_does(void)
{
    if (!sy_standard_streams_open()) {
        abort();
    }
}

static bool is_dev_null(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* In a process of its own, started without the descriptors that are set in `closed`. */
static int open_without(unsigned closed)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int ends[2];

        if (pipe(ends) < 0) {
            _exit(100);
        }
        for (int fd = 0; fd < 3; fd++) {
            dup2(ends[1], fd);
        }
        for (int fd = 0; fd < 3; fd++) {
            if (closed >> fd & 1) {
                close(fd);
            }
        }
        if (!sy_standard_streams_open()) {
            _exit(101);
        }
        for (int fd = 0; fd < 3; fd++) {
            if (is_dev_null(fd) != (closed >> fd & 1)) {
                _exit(fd + 1);
            }
        }
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(standard_streams, closed_ones_are_opened_on_dev_null_and_others_stay)
{
    for (unsigned closed = 0; closed < 8; closed++) {
        cr_assert_eq(open_without(closed), 0, "without those of mask %u", closed);
    }
}

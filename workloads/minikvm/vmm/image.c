/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool mk_image_load(const char *path, uint8_t *memory, size_t room, MkError *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t bytes = 0;
    ssize_t got = 0;
    uint8_t more;

    if (fd < 0) {
        return mk_fail(error, MK_STATUS_USAGE, "image %s: %s", path, strerror(errno));
    }
    while (bytes < room && (got = read(fd, memory + bytes, room - bytes)) > 0) {
        bytes += (size_t)got;
    }
    if (got >= 0 && bytes == room) {
        got = read(fd, &more, 1);
    }
    if (got < 0) {
        mk_fail(error, MK_STATUS_USAGE, "image %s: %s", path, strerror(errno));
    } else if (got > 0) {
        mk_fail(error, MK_STATUS_USAGE, "image %s: too large, at most %zu bytes fit", path, room);
    } else if (bytes == 0) {
        mk_fail(error, MK_STATUS_USAGE, "image %s: empty", path);
    }
    close(fd);
    return got == 0 && bytes > 0;
}

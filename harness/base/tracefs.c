/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tracefs.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>
#include <unistd.h>

bool sy_tracefs_mounted(void)
{
    return access(SY_TRACEFS "/events", F_OK) == 0 || errno != ENOENT;
}

int sy_tracefs_mount(void)
{
    int fs = fsopen("tracefs", FSOPEN_CLOEXEC);
    int mount_fd = -1;
    int errno_value;

    if (fs < 0) {
        return -1;
    }
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0) {
        mount_fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
    }
    errno_value = errno;
    close(fs);
    errno = errno_value;
    return mount_fd;
}

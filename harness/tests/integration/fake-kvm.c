/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded (LD_PRELOAD), it gives a program a fake /dev/kvm: it opens, has the API version
 * $FAKE_KVM_VERSION (default 12) and makes a VM, in which nothing runs. It shows what doctor says
 * on hosts other than this one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "fake-kvm"

static int is_fake(int fd)
{
    char target[64] = "", link[32];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, target, sizeof(target) - 1);
    return length > 0 && strstr(target, "memfd:" NAME) != NULL;
}

int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return strcmp(path, "/dev/kvm") == 0 ? memfd_create(NAME, MFD_CLOEXEC)
                                         : next(path, flags, mode);
}

int ioctl(int fd, unsigned long request, ...)
{
    int (*next)(int, unsigned long, ...) =
        (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    const char *version = getenv("FAKE_KVM_VERSION");
    va_list args;
    void *argument;

    va_start(args, request);
    argument = va_arg(args, void *);
    va_end(args);
    if (!is_fake(fd)) {
        return next(fd, request, argument);
    }
    switch (request) {
    case KVM_GET_API_VERSION:
        return version ? atoi(version) : 12;
    case KVM_CREATE_VM:
        return memfd_create(NAME "-vm", MFD_CLOEXEC);
    default:
        errno = ENOTTY;
        return -1;
    }
}

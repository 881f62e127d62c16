/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

static bool write_all(int fd, const char *data, gsize length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        data += n;
        length -= (gsize)n;
    }
    return true;
}

/* Writes to a device, pipe or socket, which must stay what it is. Does not wait for a reader. */
static bool write_special(const char *path, const char *data, size_t length, GError **error)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int saved_errno = errno;
    bool ok = fd >= 0 && fcntl(fd, F_SETFL, 0) == 0 && write_all(fd, data, length);

    if (!ok) {
        saved_errno = fd < 0 ? saved_errno : errno;
        sy_error_set_io(error, saved_errno, "cannot write", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Replaces the regular file `path`, or creates it. */
static bool replace(const char *path, const char *data, size_t length, GError **error)
{
    g_autofree char *temporary = g_strdup_printf("%s.XXXXXX", path);
    int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0644);
    int saved_errno;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot create a file beside", path);
        return false;
    }
    if (!write_all(fd, data, length) || fsync(fd) < 0) {
        saved_errno = errno;
        close(fd);
    } else if (close(fd) < 0 || rename(temporary, path) < 0) {
        saved_errno = errno;
    } else {
        return true;
    }
    unlink(temporary);
    sy_error_set_io(error, saved_errno, "cannot write", path);
    return false;
}

bool sy_fs_write_atomic(const char *path, const char *data, gssize length, GError **error)
{
    size_t n = length < 0 ? strlen(data) : (size_t)length;
    g_autofree char *target = NULL;
    struct stat st;

    if (lstat(path, &st) < 0) {
        return replace(path, data, n, error); /* there is none yet, or its folder is missing */
    }
    if (S_ISLNK(st.st_mode)) {
        char *real = realpath(path, NULL);

        target = g_strdup(real);
        free(real);
        if (!target || stat(target, &st) < 0) {
            sy_error_set_io(error, errno, "cannot follow the link", path);
            return false;
        }
    }
    if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
        return replace(target ? target : path, data, n, error);
    }
    return write_special(target ? target : path, data, n, error);
}

bool sy_fs_symlink_atomic(const char *target, const char *path, GError **error)
{
    g_autofree char *temporary = g_strdup_printf("%s.%d", path, (int)getpid());
    struct stat st;

    if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO,
                    "%s is in the way: it is not a symbolic link; move it away", path);
        return false;
    }
    unlink(temporary);
    if (symlink(target, temporary) < 0 || rename(temporary, path) < 0) {
        sy_error_set_io(error, errno, "cannot link", path);
        unlink(temporary);
        return false;
    }
    return true;
}

bool sy_fs_private_dir(const char *path, GError **error)
{
    if (g_mkdir_with_parents(path, 0700) < 0 || chmod(path, 0700) < 0) {
        sy_error_set_io(error, errno, "cannot make the folder", path);
        return false;
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    remove(path);
    return 0;
}

void sy_fs_remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

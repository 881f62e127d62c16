/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/qemu-log.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of the end an error message quotes. */
#define TAIL_BYTES 1200
#define TAIL_LINES 5

char *sy_qemu_log_tail(int dir_fd, off_t start)
{
    char buffer[TAIL_BYTES];
    int fd = openat(dir_fd, SY_QEMU_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    g_auto(GStrv) lines = NULL;
    g_autofree char *text = NULL;
    struct stat st;
    ssize_t n = 0;
    guint count;

    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &st) == 0) {
        n = pread(fd, buffer, sizeof(buffer), MAX(start, st.st_size - (off_t)sizeof(buffer)));
    }
    close(fd);
    if (n <= 0) {
        return NULL;
    }
    text = g_utf8_make_valid(buffer, n);
    g_strchomp(text);
    lines = g_strsplit(text, "\n", -1);
    count = g_strv_length(lines);
    return g_strjoinv(" | ", lines + (count > TAIL_LINES ? count - TAIL_LINES : 0));
}

void sy_qemu_log_append(int dir_fd, const char *line)
{
    int fd = openat(dir_fd, SY_QEMU_LOG, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

    if (fd >= 0) {
        dprintf(fd, "%s\n", line);
        close(fd);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-tail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define STEP_BYTES (64 * 1024)

struct SyTail {
    char *path;
    int fd;
    GString *pending; /* read, not yet handed out */
    gsize searched;   /* bytes of `pending` that are known to hold no newline */
};

SyTail *sy_tail_new(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    SyTail *tail;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot create", path);
        return NULL;
    }
    tail = g_new0(SyTail, 1);
    tail->path = g_strdup(path);
    tail->fd = fd;
    tail->pending = g_string_new(NULL);
    return tail;
}

/* Moves the first complete line from `pending` to *line; NULL if there is none. */
static bool take_line(SyTail *tail, char **line, GError **error)
{
    GString *p = tail->pending;
    const char *newline = memchr(p->str + tail->searched, '\n', p->len - tail->searched);
    gsize length = newline ? (gsize)(newline - p->str) : p->len;

    *line = NULL;
    tail->searched = p->len;
    if (length > SY_TAIL_LINE_BYTES) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s: a line of more than %d bytes",
                    tail->path, SY_TAIL_LINE_BYTES);
        return false;
    }
    if (!newline) {
        return true;
    }
    if (!g_utf8_validate(p->str, (gssize)length, NULL)) { /* also refuses NUL bytes */
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s: a line that is not UTF-8 text",
                    tail->path);
        return false;
    }
    *line = g_strndup(p->str, length);
    g_string_erase(p, 0, (gssize)length + 1);
    tail->searched = 0;
    return true;
}

bool sy_tail_next(SyTail *tail, char **line, GError **error)
{
    char buffer[STEP_BYTES];
    ssize_t n;

    for (;;) {
        if (!take_line(tail, line, error)) {
            return false;
        }
        if (*line) {
            return true;
        }
        n = read(tail->fd, buffer, sizeof(buffer));
        if (n < 0) {
            sy_error_set_io(error, errno, "cannot read", tail->path);
            return false;
        }
        if (n == 0) {
            return true;
        }
        g_string_append_len(tail->pending, buffer, n);
    }
}

void sy_tail_free(SyTail *tail)
{
    if (!tail) {
        return;
    }
    close(tail->fd);
    g_string_free(tail->pending, TRUE);
    g_free(tail->path);
    g_free(tail);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"

#define READ_CHUNK_BYTES ((gsize)64 * 1024)

struct SyStream {
    int fd;
    gsize line_limit;
    GByteArray *buffer;
    gsize start;   /* first byte not yet taken */
    gsize scanned; /* no newline in [start, scanned) */
};

/* An address of 108 bytes has no room for long names, but for the number of a descriptor. */
static int connect_to(int socket_file)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), saved_errno;

    g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", socket_file);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        saved_errno = errno;
        close(fd);
        errno = saved_errno;
        return -1;
    }
    return fd;
}

int sy_stream_connect(int dir_fd, const char *name)
{
    int socket_file = openat(dir_fd, name, O_PATH | O_CLOEXEC), fd, saved_errno;

    if (socket_file < 0) {
        return -1;
    }
    fd = connect_to(socket_file);
    saved_errno = errno;
    close(socket_file);
    errno = saved_errno;
    return fd;
}

SyStream *sy_stream_new(int fd, gsize line_limit)
{
    SyStream *stream = g_new0(SyStream, 1);

    stream->fd = fd;
    stream->line_limit = line_limit;
    stream->buffer = g_byte_array_new();
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return stream;
}

void sy_stream_free(SyStream *stream)
{
    if (!stream) {
        return;
    }
    close(stream->fd);
    g_byte_array_unref(stream->buffer);
    g_free(stream);
}

/* Takes `length` bytes of text, and drops `extra` bytes after them. */
static char *take(SyStream *stream, gsize length, gsize extra, gsize *length_out)
{
    const char *at = (const char *)stream->buffer->data + stream->start;
    char *text = g_malloc(length + 1);

    memcpy(text, at, length);
    text[length] = '\0';
    if (length_out) {
        *length_out = length;
    }
    stream->start += length + extra;
    stream->scanned = stream->start;
    if (stream->start == stream->buffer->len) {
        g_byte_array_set_size(stream->buffer, 0);
        stream->start = stream->scanned = 0;
    }
    return text;
}

char *sy_stream_take_line(SyStream *stream, gsize *length)
{
    const guint8 *data = stream->buffer->data, *newline;
    gsize n;

    if (stream->scanned == stream->buffer->len) {
        return NULL;
    }
    newline = memchr(data + stream->scanned, '\n', stream->buffer->len - stream->scanned);
    if (!newline) {
        stream->scanned = stream->buffer->len;
        return NULL;
    }
    n = (gsize)(newline - data) - stream->start;
    if (n > 0 && newline[-1] == '\r') {
        return take(stream, n - 1, 2, length);
    }
    return take(stream, n, 1, length);
}

char *sy_stream_take_rest(SyStream *stream, gsize *length)
{
    gsize n = stream->buffer->len - stream->start;

    return n ? take(stream, n, 0, length) : NULL;
}

const char *sy_stream_partial(const SyStream *stream, gsize *length)
{
    *length = stream->buffer->len - stream->start;
    return *length ? (const char *)stream->buffer->data + stream->start : "";
}

/* Waits for `events` in slices, because a signal may arrive between the check of the flag and
 * poll(). */
static SyStreamStatus wait_for(const SyStream *stream, short events, int64_t deadline_ns,
                               GError **error)
{
    const int slice_ms = 200;

    for (;;) {
        struct pollfd pfd = {.fd = stream->fd, .events = events};
        int left_ms = sy_poll_timeout_ms(deadline_ns);
        int n;

        if (sy_cancelled(error)) {
            return SY_STREAM_FAILED;
        }
        n = poll(&pfd, 1, MIN(left_ms, slice_ms));
        if (n > 0) {
            return SY_STREAM_OK;
        }
        if (n < 0 && errno != EINTR) {
            sy_error_set_io(error, errno, "cannot wait for", "a socket of QEMU");
            return SY_STREAM_FAILED;
        }
        if (n == 0 && left_ms == 0) {
            return SY_STREAM_TIMEOUT;
        }
    }
}

/* Moves the bytes not yet taken to the front, but only once more than half of the buffer is
 * free. */
static void compact(SyStream *stream)
{
    if (stream->start > stream->buffer->len / 2) {
        g_byte_array_remove_range(stream->buffer, 0, (guint)stream->start);
        stream->scanned -= stream->start;
        stream->start = 0;
    }
}

SyStreamStatus sy_stream_fill(SyStream *stream, int64_t deadline_ns, GError **error)
{
    for (;;) {
        SyStreamStatus status;
        guint before;
        ssize_t n;
        int saved_errno;

        if (stream->buffer->len - stream->start > stream->line_limit &&
            stream->scanned == stream->buffer->len) {
            return SY_STREAM_TOO_LONG;
        }
        status = wait_for(stream, POLLIN, deadline_ns, error);
        if (status != SY_STREAM_OK) {
            return status;
        }
        compact(stream);
        before = stream->buffer->len;
        g_byte_array_set_size(stream->buffer, before + (guint)READ_CHUNK_BYTES);
        n = recv(stream->fd, stream->buffer->data + before, READ_CHUNK_BYTES, 0);
        saved_errno = errno;
        g_byte_array_set_size(stream->buffer, before + (guint)MAX(n, 0));
        if (n > 0) {
            return SY_STREAM_OK;
        }
        if (n == 0 || saved_errno == ECONNRESET) {
            return SY_STREAM_CLOSED;
        }
        if (saved_errno != EINTR && saved_errno != EAGAIN) {
            sy_error_set_io(error, saved_errno, "cannot read from", "a socket of QEMU");
            return SY_STREAM_FAILED;
        }
    }
}

SyStreamStatus sy_stream_write(SyStream *stream, const void *data, gsize length,
                               int64_t deadline_ns, gsize *sent, GError **error)
{
    const char *at = data;
    SyStreamStatus status = SY_STREAM_OK;
    gsize done = 0;

    while (done < length) {
        ssize_t n = send(stream->fd, at + done, length - done, MSG_NOSIGNAL);

        if (n >= 0) {
            done += (gsize)n;
            continue;
        }
        if (errno == EAGAIN) {
            status = wait_for(stream, POLLOUT, deadline_ns, error);
        } else if (errno == EPIPE || errno == ECONNRESET) {
            status = SY_STREAM_CLOSED;
        } else if (errno != EINTR) {
            sy_error_set_io(error, errno, "cannot write to", "a socket of QEMU");
            status = SY_STREAM_FAILED;
        }
        if (status != SY_STREAM_OK) {
            break;
        }
    }
    if (sent) {
        *sent = done;
    }
    return status;
}

char *sy_stream_quote(const char *data, gsize length, gsize max_bytes)
{
    GString *out = g_string_new("\"");
    gsize shown = MIN(length, max_bytes);

    for (gsize i = 0; i < shown; i++) {
        guchar c = (guchar)data[i];

        if (c == '\t') {
            g_string_append(out, "\\t");
        } else if (c == '\r') {
            g_string_append(out, "\\r");
        } else if (c == '\n') {
            g_string_append(out, "\\n");
        } else if (c < 0x20 || c >= 0x7f) {
            g_string_append_printf(out, "\\x%02x", c);
        } else {
            g_string_append_c(out, (char)c);
        }
    }
    g_string_append(out, shown < length ? "...\"" : "\"");
    return g_string_free(out, FALSE);
}

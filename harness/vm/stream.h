/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines over a unix socket, with a deadline on every wait: shared by QMP and the guest's
 * console. */
#ifndef SY_VM_STREAM_H
#define SY_VM_STREAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SyStream SyStream;

typedef enum {
    SY_STREAM_OK,
    SY_STREAM_TIMEOUT,  /* the deadline passed first */
    SY_STREAM_CLOSED,   /* the peer closed; what it sent before can still be taken */
    SY_STREAM_TOO_LONG, /* more than the limit without a newline */
    SY_STREAM_FAILED,   /* `error` says what: SY_ERROR_CANCELLED or SY_ERROR_IO */
} SyStreamStatus;

/*
 * Connects to the unix socket `name` in the folder open as `dir_fd` (AT_FDCWD: the current one).
 * The address goes through /proc/self/fd, so the 108 bytes of sun_path limit neither the name nor
 * how deep it lies. One attempt: -1 with `errno` set (ENOENT and ECONNREFUSED: nobody listens yet,
 * try again). The descriptor is close-on-exec and belongs to the caller.
 */
int sy_stream_connect(int dir_fd, const char *name);

/* Takes over the connected socket `fd`. A line may have up to `line_limit` bytes. Never fails. */
SyStream *sy_stream_new(int fd, gsize line_limit);

/*
 * Takes the next complete line out of what has arrived, NUL-terminated, without its "\n" or "\r\n";
 * `length` (may be NULL) gets its length, because a peer may send NUL bytes. NULL if no line is
 * complete. Does not block; the caller frees.
 */
char *sy_stream_take_line(SyStream *stream, gsize *length);

/* Takes the part of an unfinished line that has arrived, like sy_stream_take_line(); NULL if there
 * is none. */
char *sy_stream_take_rest(SyStream *stream, gsize *length);

/* The part of an unfinished line that has arrived: `length` bytes, not NUL-terminated, valid until
 * the next call. */
const char *sy_stream_partial(const SyStream *stream, gsize *length);

/* Blocks until some bytes arrive or `deadline_ns` passes (CLOCK_MONOTONIC; one in the past does not
 * block). */
SyStreamStatus sy_stream_fill(SyStream *stream, int64_t deadline_ns, GError **error);

/*
 * Sends all of `data`, never raising SIGPIPE. Blocks up to `deadline_ns`. `sent` (may be NULL) gets
 * the number of bytes that went out, whatever the outcome.
 */
SyStreamStatus sy_stream_write(SyStream *stream, const void *data, gsize length,
                               int64_t deadline_ns, gsize *sent, GError **error);

/* Closes the socket. NULL is fine. */
void sy_stream_free(SyStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyStream, sy_stream_free)

/* `length` bytes of a peer's text as printable ASCII for messages, cut after `max_bytes` with
 * "...". The caller frees. */
char *sy_stream_quote(const char *data, gsize length, gsize max_bytes);

#endif

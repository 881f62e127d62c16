/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vm/channel.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "vm/stream.h"

#define TAIL_LINES 5
#define TAIL_LINE_BYTES 160

struct SyChannel {
    SyStream *stream;
    GQueue tail; /* char*, quoted, the latest at the end, at most TAIL_LINES */
};

SyChannel *sy_channel_new(int fd)
{
    SyChannel *channel = g_new0(SyChannel, 1);

    channel->stream = sy_stream_new(fd, SY_CHANNEL_LINE_LIMIT_BYTES);
    g_queue_init(&channel->tail);
    return channel;
}

void sy_channel_free(SyChannel *channel)
{
    if (!channel) {
        return;
    }
    sy_stream_free(channel->stream);
    g_queue_clear_full(&channel->tail, g_free);
    g_free(channel);
}

static void remember(SyChannel *channel, const char *line, gsize length)
{
    if (length == 0) {
        return;
    }
    g_queue_push_tail(&channel->tail, sy_stream_quote(line, length, TAIL_LINE_BYTES));
    if (channel->tail.length > TAIL_LINES) {
        g_free(g_queue_pop_head(&channel->tail));
    }
}

char *sy_channel_describe_tail(const SyChannel *channel)
{
    GString *out = g_string_new("the guest's last lines:");
    gsize length;
    const char *partial = sy_stream_partial(channel->stream, &length);

    for (const GList *item = channel->tail.head; item; item = item->next) {
        g_string_append_printf(out, " %s", (const char *)item->data);
    }
    if (length > 0) {
        g_autofree char *quoted = sy_stream_quote(partial, length, TAIL_LINE_BYTES);

        g_string_append_printf(out, " %s (no line end)", quoted);
    }
    if (g_queue_is_empty((GQueue *)&channel->tail) && length == 0) {
        g_string_assign(out, "the guest printed nothing");
    }
    return g_string_free(out, FALSE);
}

/* Takes the line over, without NUL bytes, which would hide the rest of it from the caller. */
static char *deliver(SyChannel *channel, char *line, gsize length)
{
    remember(channel, line, length);
    for (gsize i = 0; i < length; i++) {
        if (line[i] == '\0') {
            line[i] = '?';
        }
    }
    return line;
}

/* What is complete, or NULL. Does not block. */
static char *take_line(SyChannel *channel)
{
    gsize length = 0;
    char *line = sy_stream_take_line(channel->stream, &length);

    return line ? deliver(channel, line, length) : NULL;
}

/*
 * Waits for more to arrive. `rest` gets an unfinished line that has reached the limit, or that the
 * console closed on.
 */
static bool fill(SyChannel *channel, int64_t deadline_ns, char **rest, GError **error)
{
    SyStreamStatus status = sy_stream_fill(channel->stream, deadline_ns, error);
    gsize length = 0;
    char *line;

    switch (status) {
    case SY_STREAM_OK:
        return true;
    case SY_STREAM_TIMEOUT:
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "the guest printed no line in time");
        return false;
    case SY_STREAM_FAILED:
        return false;
    case SY_STREAM_TOO_LONG:
    case SY_STREAM_CLOSED:
        break;
    }
    line = sy_stream_take_rest(channel->stream, &length);
    if (line) {
        *rest = deliver(channel, line, length);
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_DIED, "QEMU closed the guest's console");
    return false;
}

/* Reports a failed wait for `prefix`, with what the guest printed instead. */
static void explain(const SyChannel *channel, const char *prefix, GError *cause, GError **error)
{
    g_autofree char *tail = sy_channel_describe_tail(channel);

    if (g_error_matches(cause, SY_ERROR, SY_ERROR_TIMEOUT)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "the guest did not print \"%s\" in time; %s",
                    prefix, tail);
    } else if (g_error_matches(cause, SY_ERROR, SY_ERROR_DIED)) {
        g_set_error(error, SY_ERROR, SY_ERROR_DIED,
                    "QEMU closed the guest's console before the guest printed \"%s\"; %s", prefix,
                    tail);
    } else {
        g_propagate_error(error, cause);
        return;
    }
    g_error_free(cause);
}

bool sy_channel_wait_line(SyChannel *channel, const char *prefix, int64_t deadline_ns, char **line,
                          GError **error)
{
    bool overdue = false;
    GError *cause = NULL;

    for (;;) {
        g_autofree char *got = take_line(channel);

        if (!got && overdue) {
            /* A guest that never stops printing must not outrun the deadline: one look after it is
             * enough. */
            g_set_error(&cause, SY_ERROR, SY_ERROR_TIMEOUT, "overdue");
            break;
        }
        if (!got) {
            overdue = sy_now_ns() >= deadline_ns;
            if (!fill(channel, deadline_ns, &got, &cause)) {
                break;
            }
        }
        if (got && g_str_has_prefix(got, prefix)) {
            if (line) {
                *line = g_steal_pointer(&got);
            }
            return true;
        }
    }
    explain(channel, prefix, cause, error);
    return false;
}

bool sy_channel_write(SyChannel *channel, const char *data, gssize length, int64_t deadline_ns,
                      GError **error)
{
    gsize sent = 0;
    gsize want = length < 0 ? strlen(data) : (gsize)length;

    switch (sy_stream_write(channel->stream, data, want, deadline_ns, &sent, error)) {
    case SY_STREAM_OK:
        return true;
    case SY_STREAM_CLOSED:
        g_set_error(error, SY_ERROR, SY_ERROR_DIED, "QEMU closed the guest's console");
        return false;
    case SY_STREAM_FAILED:
        return false;
    default:
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT,
                    "the guest took only %zu of %zu bytes in time", sent, want);
        return false;
    }
}

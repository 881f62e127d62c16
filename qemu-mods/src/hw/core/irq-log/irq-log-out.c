/*
 * Log of qemu_set_irq() calls: writing to a descriptor that may not take it
 *
 * stderr may be a pipe whose reader has stopped, and whoever started QEMU may
 * have made it non-blocking.  So this waits by poll(), and a caller who does
 * not want to wait any longer can say so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "irq-log-sink.h"

#include <poll.h>

/* How often the caller is asked whether to go on waiting */
#define LOOK_MS 100

/* For regular files; others take this much at once only if it fits a pipe. */
#define REGULAR_BYTES (64 * KiB)

size_t irq_log_out_max(const IrqLogOut *out)
{
    return out->regular ? REGULAR_BYTES : PIPE_BUF;
}

/* Waits at most LOOK_MS; errors show when it is written to. */
static bool is_writable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };

    return poll(&p, 1, LOOK_MS) > 0;
}

static ssize_t write_some(IrqLogOut *out, const char *text, size_t length)
{
    ssize_t n = RETRY_ON_EINTR(write(out->fd, text,
                                     MIN(length, irq_log_out_max(out))));

    if (n < 0 && errno == EAGAIN) {
        g_usleep(1000);     /* poll() was too optimistic */
        return 0;
    }
    if (n == 0) {
        errno = ENOSPC;
    }
    return n > 0 ? n : -1;
}

/*
 * Of the @done bytes that were written, keep whole lines only, so that the file
 * can be read at any time.  Returns how many bytes stay.
 */
static size_t take_back(IrqLogOut *out, const GString *text, size_t done)
{
    size_t whole = done;

    while (whole > 0 && text->str[whole - 1] != '\n') {
        whole--;
    }
    if (whole < done &&
        (!out->regular || ftruncate(out->fd, out->length + whole) < 0)) {
        /* A pipe or a device has half a line now: end that. */
        ssize_t ignored = write(out->fd, "\n", 1);

        (void)ignored;
    }
    return whole;
}

size_t irq_log_out_write(IrqLogOut *out, const GString *text,
                         bool (*patient)(void *opaque, int64_t waited_ns),
                         void *opaque, int *error)
{
    int64_t since_ns = get_clock();
    size_t done = 0;

    *error = 0;
    while (done < text->len && !*error) {
        ssize_t n = 0;

        if (is_writable(out->fd)) {
            n = write_some(out, text->str + done, text->len - done);
        }
        if (n > 0) {
            done += n;
            since_ns = get_clock();
        } else if (n < 0) {
            *error = errno;
        } else if (!patient(opaque, get_clock() - since_ns)) {
            *error = ETIMEDOUT;
        }
    }
    if (*error) {
        done = take_back(out, text, done);
    }
    out->length += done;
    return done;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's serial console, line by line. QEMU also writes it to serial.log in the run folder, so
 * nothing is lost while nobody reads here.
 */
#ifndef SY_VM_CHANNEL_H
#define SY_VM_CHANNEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Longer lines are cut into pieces of this size: a runaway guest must not fill the harness's
 * memory. */
#define SY_CHANNEL_LINE_LIMIT_BYTES (64 * 1024)

typedef struct SyChannel SyChannel;

/* Takes over the connected socket `fd`. Never fails; the caller owns the result. */
SyChannel *sy_channel_new(int fd);

/*
 * Reads until a line that begins with `prefix`; earlier lines are consumed. The line goes to `line`
 * (may be NULL; the caller frees), without its line end and with '?' for NUL bytes. Blocks up to
 * `deadline_ns` (CLOCK_MONOTONIC; in the past: takes only what has arrived). SY_ERROR_TIMEOUT, and
 * SY_ERROR_DIED when QEMU closed the console (a last line without its end counts), quote the last
 * lines that the guest printed; SY_ERROR_CANCELLED.
 */
bool sy_channel_wait_line(SyChannel *channel, const char *prefix, int64_t deadline_ns, char **line,
                          GError **error);

/* Sends `length` bytes (-1: up to the NUL) to the guest's serial port. Blocks up to
 * `deadline_ns`. */
bool sy_channel_write(SyChannel *channel, const char *data, gssize length, int64_t deadline_ns,
                      GError **error);

/*
 * What the guest printed last, for messages: "the guest's last lines: ..." or "the guest printed
 * nothing"; includes an unfinished line. The caller frees.
 */
char *sy_channel_describe_tail(const SyChannel *channel);

/* Closes the socket. NULL is fine. */
void sy_channel_free(SyChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyChannel, sy_channel_free)

#endif

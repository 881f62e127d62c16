/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/vmm/console.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The most that --json keeps of a vCPU's output, and what is kept of a line. */
#define KEEP (1024UL * 1024)
#define LINE 4096UL

/* Which of the texts end where the output now ends, one bit each. */
static uint32_t ending(const MkConsole *console, const MkTexts *texts)
{
    uint32_t found = 0;

    for (int i = 0; i < texts->count; i++) {
        size_t length = strlen(texts->text[i]);

        if (length <= console->tail_bytes &&
            memcmp(console->tail + console->tail_bytes - length, texts->text[i], length) == 0) {
            found |= 1U << i;
        }
    }
    return found;
}

static void look_for_texts(MkConsole *console, uint8_t byte)
{
    if (console->tail_bytes == sizeof(console->tail)) {
        console->tail_bytes = MK_MAX_TEXT_BYTES;
        memmove(console->tail, console->tail + MK_MAX_TEXT_BYTES, MK_MAX_TEXT_BYTES);
    }
    console->tail[console->tail_bytes++] = byte;
    console->expected |= ending(console, &console->options->expect);
    console->forbidden |= ending(console, &console->options->forbid);
}

static bool grow(MkConsole *console)
{
    size_t limit = console->options->json ? KEEP : LINE;
    size_t room = console->room ? 2 * console->room : 256;
    uint8_t *kept = room <= limit ? realloc(console->kept, room) : NULL;

    if (!kept) {
        console->failed = console->failed || room <= limit;
        return false;
    }
    console->kept = kept;
    console->room = room;
    return true;
}

void mk_console_put(MkConsole *console, uint8_t byte)
{
    console->bytes++;
    look_for_texts(console, byte);
    if (console->kept_bytes == console->room && !grow(console)) {
        mk_console_flush(console);
        if (console->kept_bytes == console->room) {
            return; /* --json: its limit is reached */
        }
    }
    console->kept[console->kept_bytes++] = byte;
    if (byte == '\n') {
        mk_console_flush(console);
    }
}

void mk_console_flush(MkConsole *console)
{
    size_t done = 0;

    if (console->options->json) {
        return;
    }
    while (done < console->kept_bytes && !console->failed) {
        ssize_t wrote = write(STDOUT_FILENO, console->kept + done, console->kept_bytes - done);

        if (wrote > 0) {
            done += (size_t)wrote;
        } else if (wrote < 0 && (errno != EINTR || *console->stop)) {
            console->failed = true;
        }
    }
    console->kept_bytes = 0;
}

MkInput mk_console_get(MkConsole *console, uint8_t *byte)
{
    mk_console_flush(console);
    while (!*console->stop) {
        ssize_t got = read(STDIN_FILENO, byte, 1);

        if (got == 1) {
            return MK_INPUT_BYTE;
        }
        if (got == 0 || errno != EINTR) {
            return MK_INPUT_END;
        }
    }
    return MK_INPUT_STOPPED;
}

bool mk_console_ready(MkConsole *console)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    mk_console_flush(console);
    return poll(&in, 1, 0) > 0;
}

void mk_console_free(MkConsole *console)
{
    free(console->kept);
    console->kept = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <glib.h>

/* QEMU changes these of its stdin and stdout, which are steelyard's. */
typedef struct {
    int fd;
    int flags; /* of fcntl(2), with O_NONBLOCK; negative: unknown */
    bool is_terminal;
    struct termios modes;
} Stream;

struct SyTerminal {
    Stream streams[2];
};

SyTerminal *sy_terminal_save(void)
{
    SyTerminal *terminal = g_new0(SyTerminal, 1);

    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++) {
        Stream *stream = &terminal->streams[fd];

        stream->fd = fd;
        stream->flags = fcntl(fd, F_GETFL);
        stream->is_terminal = tcgetattr(fd, &stream->modes) == 0;
    }
    return terminal;
}

void sy_terminal_restore(SyTerminal *terminal)
{
    void (*former)(int);

    if (!terminal) {
        return;
    }
    /* The kernel would stop a background process that sets the terminal. */
    former = signal(SIGTTOU, SIG_IGN);
    for (gsize i = 0; i < G_N_ELEMENTS(terminal->streams); i++) {
        const Stream *stream = &terminal->streams[i];

        if (stream->flags >= 0) {
            fcntl(stream->fd, F_SETFL, stream->flags);
        }
        if (stream->is_terminal) {
            tcsetattr(stream->fd, TCSAFLUSH, &stream->modes);
        }
    }
    signal(SIGTTOU, former);
    g_free(terminal);
}

/* Adds a value, unless it does not fit on one line. */
static void add(GString *out, const char *name, const char *value)
{
    if (value && *value && !strpbrk(value, "\r\n")) {
        g_string_append_printf(out, "%s=%s\n", name, value);
    }
}

char *sy_terminal_env(void)
{
    GString *out = g_string_new(NULL);
    struct winsize size;

    add(out, "TERM", g_getenv("TERM"));
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        g_string_append_printf(out, "COLUMNS=%u\nLINES=%u\n", size.ws_col, size.ws_row);
    }
    return g_string_free(out, FALSE);
}

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

/* QEMU sets both on its stdin and stdout, which are ours. */
typedef struct {
    int fd;
    int flags; /* O_NONBLOCK among them; negative: not known */
    bool is_terminal;
    struct termios modes;
} Side;

struct SyTerminal {
    Side sides[2];
};

SyTerminal *sy_terminal_save(void)
{
    SyTerminal *terminal = g_new0(SyTerminal, 1);

    for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++) {
        Side *side = &terminal->sides[fd];

        side->fd = fd;
        side->flags = fcntl(fd, F_GETFL);
        side->is_terminal = tcgetattr(fd, &side->modes) == 0;
    }
    return terminal;
}

void sy_terminal_restore(SyTerminal *terminal)
{
    void (*former)(int);

    if (!terminal) {
        return;
    }
    /* In the background the system would stop whoever sets the terminal. */
    former = signal(SIGTTOU, SIG_IGN);
    for (gsize i = 0; i < G_N_ELEMENTS(terminal->sides); i++) {
        const Side *side = &terminal->sides[i];

        if (side->flags >= 0) {
            fcntl(side->fd, F_SETFL, side->flags);
        }
        if (side->is_terminal) {
            tcsetattr(side->fd, TCSAFLUSH, &side->modes);
        }
    }
    signal(SIGTTOU, former);
    g_free(terminal);
}

/* A value that a line of its own can hold. */
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/machine-console.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* More than a panic with all its registers and stacks. */
#define END_BYTES (64 * 1024)

/* The length of the escape sequence whose ESC is at `at` (ECMA-48: CSI has parameters and a final
 * byte; all others are taken for two bytes). */
static gsize escape_length(const char *at, gsize left)
{
    gsize n = 2;

    if (left < 2 || at[1] != '[') {
        return MIN(n, left);
    }
    while (n < left && !(at[n] >= 0x40 && at[n] <= 0x7e)) {
        n++;
    }
    return MIN(n + 1, left);
}

static void start_line_over(GString *out)
{
    const char *newline = strrchr(out->str, '\n');

    g_string_truncate(out, newline ? (gsize)(newline + 1 - out->str) : 0);
}

char *sy_console_clean(const char *data, gsize length)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool returned = false; /* a carriage return, and nothing has been written since */

    for (gsize i = 0; i < length; i++) {
        char c = data[i];

        if (c == '\033') {
            i += escape_length(data + i, length - i) - 1;
        } else if (c == '\r') {
            returned = true;
        } else if (c == '\n' || c == '\t' || ((guchar)c >= ' ' && c != 0x7f)) {
            if (returned && c != '\n') {
                start_line_over(out);
            }
            returned = false;
            g_string_append_c(out, c);
        }
    }
    return g_utf8_make_valid(out->str, (gssize)out->len);
}

char *sy_console_last(const char *text, guint lines, const char *separator)
{
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) last = g_ptr_array_new();

    for (guint i = g_strv_length(all); i > 0 && last->len < lines; i--) {
        if (*g_strstrip(all[i - 1])) {
            g_ptr_array_insert(last, 0, all[i - 1]);
        }
    }
    g_ptr_array_add(last, NULL);
    return g_strjoinv(separator, (char **)last->pdata);
}

/* The end of the last line with `mark`; `text` itself if there is none. */
static char *after_line_with(char *text, const char *mark)
{
    char *at = g_strrstr(text, mark);

    return at ? at + strcspn(at, "\n") : text;
}

char *sy_console_cut_panic(char *text)
{
    static const char panic[] = "Kernel panic - not syncing: ";
    static const char *const beginnings[] = {" invoked oom-killer", "BUG: ", "kernel BUG at ",
                                             "Oops: ", "Trigger a crash"};
    char *at = g_strrstr(text, panic), *begun = text;
    g_autofree char *why =
        at ? g_strndup(at + strlen(panic), strcspn(at + strlen(panic), "\n")) : NULL;

    if (!at) {
        return NULL;
    }
    while (at > text && at[-1] != '\n') {
        at--;
    }
    *at = '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        begun = MAX(begun, after_line_with(text, beginnings[i]));
    }
    if (begun > text) {
        *begun = '\0';
    }
    return g_strstrip(g_steal_pointer(&why));
}

char *sy_console_load(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *data = g_malloc(END_BYTES);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    ssize_t n = fd >= 0 ? pread(fd, data, END_BYTES, MAX(0, size - END_BYTES)) : 0;

    if (fd >= 0) {
        close(fd);
    }
    return sy_console_clean(data, (gsize)MAX(0, n));
}

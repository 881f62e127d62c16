/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/text.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT 0xfffd
#define COLUMNS_MIN 20 /* narrower than this, wrapping helps nobody */

static bool changes_direction(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
           c == 0x200f || c == 0x61c;
}

char *sy_text_line(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    GString *out = g_string_sized_new(strlen(valid));

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029) {
            g_string_append_c(out, ' ');
        } else if (g_unichar_iscntrl(c) || changes_direction(c)) {
            g_string_append_unichar(out, REPLACEMENT);
        } else {
            g_string_append_unichar(out, c);
        }
    }
    return g_string_free(out, FALSE);
}

static guint columns_of(gunichar c)
{
    if (g_unichar_iszerowidth(c)) {
        return 0;
    }
    return g_unichar_iswide(c) ? 2 : 1;
}

guint sy_text_width(const char *text)
{
    guint width = 0;

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        width += columns_of(g_utf8_get_char(p));
    }
    return width;
}

/* The end of the longest prefix of `text` that fits into `width` columns. */
static const char *prefix_end(const char *text, guint width)
{
    guint used = 0;
    const char *p = text;

    for (; *p; p = g_utf8_next_char(p)) {
        used += columns_of(g_utf8_get_char(p));
        if (used > width) {
            break;
        }
    }
    return p;
}

char *sy_text_fit(const char *text, guint width)
{
    const char *dots = "...";
    const char *end;

    if (sy_text_width(text) <= width) {
        return g_strdup(text);
    }
    if (width < 3) {
        return g_strndup(dots, width);
    }
    end = prefix_end(text, width - 3);
    return g_strdup_printf("%.*s%s", (int)(end - text), text, dots);
}

void sy_text_append_padded(GString *out, const char *text, guint width)
{
    guint used = sy_text_width(text);

    g_string_append_printf(out, "%s%*s", text, used < width ? (int)(width - used) : 0, "");
}

void sy_text_append_wrapped(GString *out, const char *text, guint indent, guint width)
{
    guint columns = width > indent + COLUMNS_MIN ? width - indent : COLUMNS_MIN;

    for (text += strspn(text, " ");;) {
        const char *end = prefix_end(text, columns);
        const char *cut = end;
        const char *next;

        if (*end == '\0') {
            g_string_append(out, text);
            return;
        }
        while (cut > text && *cut != ' ') {
            cut--;
        }
        cut = cut == text ? end : cut; /* one long word */
        next = cut + strspn(cut, " ");
        while (cut > text && cut[-1] == ' ') {
            cut--;
        }
        g_string_append_len(out, text, cut - text);
        if (*next == '\0') {
            return;
        }
        g_string_append_printf(out, "\n%*s", (int)indent, "");
        text = next;
    }
}

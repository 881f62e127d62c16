/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/invisible.h"

#include <stdbool.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Names from the Unicode Character Database, of those that get into files by accident. */
static const struct {
    gunichar code;
    const char *name;
} named[] = {
    {0x0d, "carriage return"},
    {0x1b, "escape"},
    {0x7f, "delete"},
    {0xa0, "no-break space"},
    {0xad, "soft hyphen"},
    {0x2007, "figure space"},
    {0x2009, "thin space"},
    {0x200b, "zero width space"},
    {0x200c, "zero width non-joiner"},
    {0x200d, "zero width joiner"},
    {0x200e, "left-to-right mark"},
    {0x200f, "right-to-left mark"},
    {0x2028, "line separator"},
    {0x2029, "paragraph separator"},
    {0x202d, "left-to-right override"},
    {0x202e, "right-to-left override"},
    {0x202f, "narrow no-break space"},
    {0x2060, "word joiner"},
    {0x3000, "ideographic space"},
    {0xfeff, "byte order mark"},
};

static bool is_invisible(gunichar c)
{
    if (c == ' ' || c == '\n' || c == '\t') {
        return false;
    }
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SPACE_SEPARATOR:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

static void append_code(GString *out, gunichar c)
{
    const char *name = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        name = named[i].code == c ? named[i].name : name;
    }
    g_string_append_printf(out, "<U+%04X%s%s>", c, name ? " " : "", name ? name : "");
}

char *sy_invisible_shown(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));

    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);

        if (c >= (gunichar)-2) {
            g_string_append_printf(out, "<byte %02X>", (guchar)*text++);
            continue;
        }
        if (is_invisible(c)) {
            append_code(out, c);
        } else {
            g_string_append_unichar(out, c);
        }
        text = g_utf8_next_char(text);
    }
    return g_string_free(out, FALSE);
}

const char *sy_invisible_skip_mark(const char *text)
{
    return text + (g_str_has_prefix(text, BYTE_ORDER_MARK) ? strlen(BYTE_ORDER_MARK) : 0);
}

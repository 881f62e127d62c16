/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markup.h"

#include <stdbool.h>

/* XML 1.0, production 2 (Char), and U+007F..U+009F, which it discourages and no reader can see. */
static bool allowed(gunichar c)
{
    if (c < 0x20) {
        return c == '\t' || c == '\n' || c == '\r';
    }
    return (c < 0x7f || c > 0x9f) && (c & 0xfffe) != 0xfffe;
}

static void append_escaped(GString *out, const char *text, bool attribute)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        switch (c) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        case '\r':
            g_string_append(out, "&#13;");
            break;
        default:
            if (attribute && (c == '\n' || c == '\t')) {
                g_string_append_printf(out, "&#%u;", (guint)c);
            } else if (allowed(c)) {
                g_string_append_unichar(out, c);
            }
        }
    }
}

void sy_markup_append(GString *out, const char *text)
{
    if (text) {
        append_escaped(out, text, false);
    }
}

void sy_markup_append_attribute(GString *out, const char *name, const char *text)
{
    if (text) {
        g_string_append_printf(out, " %s=\"", name);
        append_escaped(out, text, true);
        g_string_append_c(out, '"');
    }
}

void sy_markup_append_link(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *escaped = g_uri_escape_string(valid, "/", FALSE);

    g_string_append(out, "./");
    g_string_append(out, escaped);
}

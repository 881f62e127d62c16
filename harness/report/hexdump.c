/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/hexdump.h"

#include <stdbool.h>
#include <string.h>

#define LINE_BYTES ((gsize)16)

static void append_line(GString *out, const char *prefix, uint64_t address, const uint8_t *bytes,
                        gsize n)
{
    g_string_append_printf(out, "%s%016" G_GINT64_MODIFIER "x ", prefix, (guint64)address);
    for (gsize i = 0; i < LINE_BYTES; i++) {
        if (i % 8 == 0) {
            g_string_append_c(out, ' ');
        }
        if (i < n) {
            g_string_append_printf(out, "%02x ", bytes[i]);
        } else {
            g_string_append(out, "   ");
        }
    }
    g_string_append(out, " |");
    for (gsize i = 0; i < n; i++) {
        g_string_append_c(out, g_ascii_isprint((char)bytes[i]) ? (char)bytes[i] : '.');
    }
    g_string_append(out, "|\n");
}

void sy_hexdump(GString *out, uint64_t address, const uint8_t *bytes, gsize n)
{
    bool squeezing = false;

    for (gsize at = 0; at < n; at += LINE_BYTES) {
        gsize length = MIN(LINE_BYTES, n - at);
        bool repeats = at > 0 && at + length < n && length == LINE_BYTES &&
                       memcmp(bytes + at, bytes + at - LINE_BYTES, LINE_BYTES) == 0;

        if (!repeats) {
            append_line(out, "", address + at, bytes + at, length);
        } else if (!squeezing) {
            g_string_append(out, "*\n");
        }
        squeezing = repeats;
    }
}

gsize sy_hexdiff(GString *out, uint64_t address, const uint8_t *a, const uint8_t *b, gsize n)
{
    gsize count = 0;

    for (gsize at = 0; at < n; at += LINE_BYTES) {
        gsize length = MIN(LINE_BYTES, n - at);

        if (memcmp(a + at, b + at, length) == 0) {
            continue;
        }
        append_line(out, "-", address + at, a + at, length);
        append_line(out, "+", address + at, b + at, length);
        for (gsize i = 0; i < length; i++) {
            count += a[at + i] != b[at + i];
        }
    }
    return count;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/steal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#define PROC_STAT "/proc/stat"

bool sy_steal_parse(const char *text, uint64_t *ticks)
{
    uint64_t fields[8] = {0}; /* user nice system idle iowait irq softirq steal */
    guint n = 0;

    *ticks = 0;
    if (!g_str_has_prefix(text, "cpu ")) {
        return false;
    }
    text += 4 + strspn(text + 4, " ");
    while (n < G_N_ELEMENTS(fields) && g_ascii_isdigit(*text)) {
        char *end;

        fields[n++] = g_ascii_strtoull(text, &end, 10);
        text = end + strspn(end, " ");
    }
    *ticks = fields[7];
    return n >= 4;
}

bool sy_steal_read(int64_t *steal_ns, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    int64_t hz = sysconf(_SC_CLK_TCK);
    uint64_t ticks;

    if (!g_file_get_contents(PROC_STAT, &text, NULL, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "%s", cause->message);
        return false;
    }
    if (!sy_steal_parse(text, &ticks)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, PROC_STAT " begins with \"%.40s\"", text);
        return false;
    }
    *steal_ns = (int64_t)ticks * (SY_NS_PER_S / hz);
    return true;
}

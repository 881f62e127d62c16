/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/steal.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* user, nice, system, idle, iowait, irq, softirq, steal */
#define STEAL_FIELD 8

bool sy_steal_parse(const char *text, uint64_t *ticks)
{
    const char *at = text;
    char *end = NULL;

    if (!g_str_has_prefix(text, "cpu ")) {
        return false;
    }
    at += strlen("cpu");
    for (int field = 1; field <= STEAL_FIELD; field++) {
        at += strspn(at, " ");
        if (!g_ascii_isdigit(*at)) {
            return false;
        }
        *ticks = g_ascii_strtoull(at, &end, 10);
        at = end;
    }
    return true;
}

bool sy_steal_ns(uint64_t *ns)
{
    g_autofree char *text = NULL;
    long hz = sysconf(_SC_CLK_TCK);
    uint64_t ticks;

    if (hz <= 0 || !g_file_get_contents("/proc/stat", &text, NULL, NULL) ||
        !sy_steal_parse(text, &ticks)) {
        return false;
    }
    *ns = ticks * (uint64_t)(SY_NS_PER_S / hz);
    return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of events: either names, none of which trace-cmd would take for an option, or an error. Any
 * text as the kernel's statistics of a trace buffer. */
#include "observe/trace.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) events = NULL;
    g_autoptr(GError) error = NULL;
    SyTraceTally tally = {0};

    if (sy_trace_parse(text, &events, &error)) {
        g_assert(!error);
        for (guint i = 0; events && events[i]; i++) {
            g_assert(events[i][0] && events[i][0] != '-' && !strpbrk(events[i], " \t\n;|&$"));
        }
    } else {
        g_assert(error && !events);
    }
    sy_trace_tally_add(&tally, text);
    return 0;
}

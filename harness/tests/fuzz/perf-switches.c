/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as perf's records of switches: switches with a direction, or refused. */
#include "observe/perf-switches.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(SySchedEvent));
    uint64_t lost = 0;

    sy_perf_switches_parse(data, size, events, &lost);
    for (guint i = 0; i < events->len; i++) {
        SySchedEventKind kind = g_array_index(events, SySchedEvent, i).kind;

        g_assert(kind == SY_SCHED_IN || kind == SY_SCHED_OUT);
    }
    return 0;
}

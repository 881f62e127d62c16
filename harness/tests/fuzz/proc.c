/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc says of processes and threads. */
#include "host/proctree.h"
#include "host/schedstat.h"
#include "host/steal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    SySchedstat sched;
    SyProc proc;
    uint64_t ticks;
    char state;

    g_assert(sy_schedstat_parse(text, &sched, &error) == !error);
    sy_thread_state_parse(text, &state);
    sy_proc_parse(text, &proc);
    sy_steal_parse(text, &ticks);
    return 0;
}

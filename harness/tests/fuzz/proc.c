/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of /proc and control groups about processes and threads. */
#include "host/busy.h"
#include "host/cgroup.h"
#include "host/proctree.h"
#include "host/schedstat.h"
#include "host/steal.h"
#include "host/switches.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *v1 = sy_cgroup_path(text, "cpu"), *v2 = sy_cgroup_path(text, "");
    g_autoptr(GError) error = NULL, stat_error = NULL;
    SyCgroupStat stat;
    SySwitches switches;
    SySchedstat sched;
    SyProc proc;
    uint64_t ticks;
    char state;

    g_assert(sy_schedstat_parse(text, &sched, &error) == !error);
    sy_thread_state_parse(text, &state);
    sy_proc_parse(text, &proc);
    sy_steal_parse(text, &ticks);
    sy_busy_parse(text, &ticks);
    sy_switches_parse(text, &switches);
    g_assert(sy_cgroup_stat_parse(text, &stat, &stat_error) == !stat_error);
    g_assert(stat_error || stat.throttled_ns >= 0);
    g_assert((!v1 || *v1 == '/') && (!v2 || *v2 == '/'));
    g_assert(sy_cgroup_name_pid(text) >= 0);
    return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/load.h"

#include <sched.h>
#include <string.h>

#include "base/cpulist.h"

bool load_start(const SyCase *c, SyContention **load, GError **error)
{
    const char *stressor = sy_case_text(c, "load"), *cpus = sy_case_text(c, "load_cpus");
    SyContentionConfig config = {
        .stressor = stressor, .dir = c->dir, .workers = (guint)sy_case_int(c, "load_workers")};
    cpu_set_t set;

    *load = NULL;
    if (strcmp(stressor, "idle") == 0) {
        return true;
    }
    if (strcmp(cpus, "all") == 0) {
        sched_getaffinity(0, sizeof(set), &set);
    } else {
        if (!sy_cpulist_parse(cpus, &set, error)) {
            g_prefix_error(error, "load_cpus: ");
            return false;
        }
        config.cpus = cpus;
    }
    if (config.workers == 0) {
        config.workers = (guint)CPU_COUNT(&set);
    }
    *load = sy_contention_start(&config, error);
    return *load != NULL;
}

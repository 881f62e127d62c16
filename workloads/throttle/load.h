/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parameters that put a workload under contention, the same in every workload that has them. */
#ifndef SY_WORKLOADS_THROTTLE_LOAD_H
#define SY_WORKLOADS_THROTTLE_LOAD_H

#include <glib.h>
#include <stdbool.h>

#include "host/contention.h"
#include "run/case.h"

/* Entries for a parameter table. */
#define LOAD_PARAM_STRESSOR                                                                        \
    {                                                                                              \
        .name = "load", .type = SY_PARAM_STRING, .value = "idle", .key = true,                     \
        .choices = "idle,cpu,vm,io,timer,fork",                                                    \
        .summary = "stress-ng stressor that competes for CPU time; idle: none"                     \
    }
#define LOAD_PARAM_WORKERS                                                                         \
    {                                                                                              \
        .name = "load_workers", .type = SY_PARAM_INT, .value = "0", .max = 1024,                   \
        .summary = "the stressor's workers; 0: one per CPU it may use"                             \
    }
#define LOAD_PARAM_CPUS                                                                            \
    {                                                                                              \
        .name = "load_cpus", .type = SY_PARAM_STRING, .value = "all",                              \
        .summary = "the stressor's CPUs, a range such as 0-1; all: any"                            \
    }

/* Starts the load that the parameters ask for; `*load` is NULL for idle. The caller owns it. */
bool load_start(const SyCase *c, SyContention **load, GError **error);

#endif

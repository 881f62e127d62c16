/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/workloads.h"

const SyWorkload *const sy_workloads[] = {
#define WORKLOAD(name) &sy_workload_##name,
#include "workloads/workloads.def"
#undef WORKLOAD
    NULL,
};

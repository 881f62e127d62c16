/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All workloads, from workloads.def. */
#ifndef SY_WORKLOADS_H
#define SY_WORKLOADS_H

#include "run/workload.h"

#define WORKLOAD(name) extern const SyWorkload sy_workload_##name;
#include "workloads/workloads.def"
#undef WORKLOAD

/* NULL-terminated, in the order of workloads.def. Static. */
extern const SyWorkload *const sy_workloads[];

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a case's times are a processor's, or its host's. */
#ifndef SY_WORKLOADS_MINIKVM_BUSY_H
#define SY_WORKLOADS_MINIKVM_BUSY_H

#include <sys/types.h>

#include "run/case.h"

/* How long the main thread of `pid` has waited for a CPU so far, in us; also after it has ended,
 * until it is reaped. 0 on a kernel without schedstats. */
double busy_wait_us(pid_t pid);

/*
 * If one of the metrics (NULL-terminated), which are times, has a gate: says that the repetition is
 * INCONCLUSIVE in the lab, whose processor is emulated, and where VMMs waited for a CPU for more
 * than a tenth of the time. `wait_us` and `all_us` are of the same processes.
 */
void busy_doubt(SyCase *c, const char *const *metrics, double wait_us, double all_us);

#endif

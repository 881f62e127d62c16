/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By how much the two witnesses differ per context switch, on this host under this load.
 *
 * It is measured on the vCPU's twin: a process that sleeps and runs as a throttled vCPU does, on
 * the same CPUs.
 */
#ifndef SY_WORKLOADS_THROTTLE_SWITCH_OFFSET_H
#define SY_WORKLOADS_THROTTLE_SWITCH_OFFSET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "workloads/throttle/witness.h"

/*
 * Starts a process, the twin, with the affinity of thread `like`, and measures the offset between
 * the witnesses. The twin sleeps as long as a thread throttled to quota / period (1 to 20 ms), then
 * uses CPU time of a tenth of the quota (50 us to 1 ms), in turn: if one witness were wrong in
 * proportion to time, at most a tenth of that error would pass for an offset. Blocks for twenty to
 * a hundred such cycles and up to a second, until the offset is certain enough for slices of that
 * quota. False only if the process could not be started or read; an offset that could not be found
 * is SWITCH_OFFSET_UNKNOWN. Main thread only: the process dies with the thread that started it.
 */
bool switch_offset_measure_throttled(pid_t like, int64_t quota_ns, int64_t period_ns,
                                     SwitchOffset *out, GError **error);

#endif

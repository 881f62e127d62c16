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
 * Starts a process, the twin, with the affinity of thread `like`; it sleeps for `sleep_ns` and uses
 * `run_ns` of CPU time in turn. Measures the offset between the witnesses. Blocks for about twenty
 * such cycles, more if other threads cut its time slices. False only if the process could not be
 * started or read; an offset that could not be found is SWITCH_OFFSET_UNKNOWN. Main thread only:
 * the process dies with the thread that started it.
 */
bool switch_offset_measure(pid_t like, int64_t sleep_ns, int64_t run_ns, SwitchOffset *out,
                           GError **error);

/*
 * switch_offset_measure() with a sleep as long as that of a thread throttled to quota / period (1
 * to 20 ms), and a run of a tenth of the quota (50 us to 1 ms): if one witness were wrong in
 * proportion to time, at most a tenth of that error would pass for an offset. Takes up to a hundred
 * cycles and up to a second, until the offset is certain enough for slices of that quota.
 */
bool switch_offset_measure_throttled(pid_t like, int64_t quota_ns, int64_t period_ns,
                                     SwitchOffset *out, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that sleeps and runs as a throttled vCPU does, on the same CPUs. What the two witnesses
 * say about it tells what a context switch is worth on this host under this load.
 */
#ifndef SY_WORKLOADS_THROTTLE_SWITCH_OFFSET_H
#define SY_WORKLOADS_THROTTLE_SWITCH_OFFSET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "workloads/throttle/witness.h"

/*
 * Starts a process with the affinity of thread `like`, lets it sleep for `sleep_ns` and use
 * `run_ns` of CPU time in turn, and measures the offset between the witnesses. Blocks for about
 * twenty such cycles, more if other threads cut its time slices. False only if it could not be
 * done at all; an offset that could not be found is SWITCH_OFFSET_UNKNOWN. To be called from the
 * main thread: the process dies with the thread that started it.
 */
bool switch_offset_measure(pid_t like, int64_t sleep_ns, int64_t run_ns, SwitchOffset *out,
                           GError **error);

/*
 * switch_offset_measure() with a sleep as long as a thread throttled to quota / period sleeps (1 to
 * 20 ms), and a run of a tenth of the quota (50 us to 1 ms): were one witness wrong in proportion to the
 * time, no more than a tenth of that would pass for an offset. Takes up to a hundred cycles, and up
 * to a second, if the offset is not sure enough for slices of that quota before.
 */
bool switch_offset_measure_throttled(pid_t like, int64_t quota_ns, int64_t period_ns,
                                     SwitchOffset *out, GError **error);

#endif

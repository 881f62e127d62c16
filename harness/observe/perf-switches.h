/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a thread got a CPU and when it left it, by perf's PERF_RECORD_SWITCH (linux/perf_event.h).
 *
 * The kernel writes these records in the thread's own context, right after the switch to it and
 * right before the switch away from it. So it takes the rights of a task clock, and no tracefs; and
 * none is missing where another thread's events are hidden from the user, as a sched_switch would
 * be.
 */
#ifndef SY_OBSERVE_PERF_SWITCHES_H
#define SY_OBSERVE_PERF_SWITCHES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "observe/sched-event.h"

typedef struct SyPerfSwitches SyPerfSwitches;

/* Starts to record thread `tid`. SY_ERROR_UNAVAILABLE with the kernel's answer. The caller owns the
 * result. */
SyPerfSwitches *sy_perf_switches_open(pid_t tid, GError **error);

/*
 * Stops recording. Appends the switches (SySchedEvent, of the kinds IN and OUT) to `events`, and
 * adds to `*lost` the records for which the buffer had no room. Call it once.
 */
bool sy_perf_switches_stop(SyPerfSwitches *switches, GArray *events, uint64_t *lost,
                           GError **error);

/* Closes the event; NULL is fine. */
void sy_perf_switches_free(SyPerfSwitches *switches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPerfSwitches, sy_perf_switches_free)

/*
 * The records in `size` bytes, as above. Kinds that are not asked for are skipped; a throttled
 * event counts as a lost record. False if the bytes are not whole records. Pure.
 */
bool sy_perf_switches_parse(const uint8_t *data, gsize size, GArray *events, uint64_t *lost);

#endif

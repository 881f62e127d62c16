/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls the third witness: traces vCPU threads during a repetition, in a case whose earlier
 * repetitions were discarded. Tracing takes some of the time that it measures, so no other
 * repetition is traced.
 */
#ifndef SY_WORKLOADS_THROTTLE_THIRD_WATCH_H
#define SY_WORKLOADS_THROTTLE_THIRD_WATCH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "observe/sched-trace.h"
#include "run/case.h"
#include "workloads/throttle/on-cpu.h"

/* What a workload that calls it prefers of its host. */
extern const char *const third_witness_prefers[];

typedef struct {
    bool called;
    SySchedTrace *trace; /* while it watches */
    GArray *events;      /* SySchedEvent */
    char *why;           /* why there is no trace, or not a whole one; NULL: nothing is wrong */
} ThirdWatch;

/* Begins to watch `n` threads, if the case has a discarded repetition and this host allows it
 * ("sched-events"). Where it fails all the same, `why` says so. Call third_watch_clear() in any
 * case. */
void third_watch_begin(ThirdWatch *w, const SyCase *c, const pid_t *tids, guint n);

/* Ends what third_watch_begin() began. */
void third_watch_end(ThirdWatch *w);

/* on_cpu_read() of what was watched. NULL, or what is missing; owned by `w`, or static. */
const char *third_watch_read(const ThirdWatch *w, pid_t tid, int64_t from_ns, int64_t to_ns,
                             OnCpu *out);

void third_watch_clear(ThirdWatch *w);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ThirdWatch, third_watch_clear)

#endif

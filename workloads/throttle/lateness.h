/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late this host stops and wakes a throttled vCPU, by the throttle's own trace events. */
#ifndef SY_WORKLOADS_THROTTLE_LATENESS_H
#define SY_WORKLOADS_THROTTLE_LATENESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

typedef struct {
    GArray *expiry_ns; /* int64_t: CPU time used beyond the budget when the throttle took notice */
    GArray *wake_ns;   /* int64_t: from the boundary slept for until the thread ran */
} Lateness;

/*
 * Adds what the text of QEMU's log backend holds of the events kvm_throttle_kick (its debt) and
 * kvm_throttle_wake (its lateness); other lines are passed over. Pure.
 */
void lateness_parse(const char *text, Lateness *out);

/*
 * Lets the throttled `vm` trace for `duration_ns`, and reads that; whose quota does not run out has
 * no latenesses. The caller clears `out` (lateness_clear()) either way.
 */
bool lateness_measure(SyVm *vm, int64_t duration_ns, Lateness *out, GError **error);

void lateness_clear(Lateness *lateness);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late this host stops and wakes a throttled vCPU, from the throttle's own trace events. */
#ifndef SY_WORKLOADS_THROTTLE_LATENESS_H
#define SY_WORKLOADS_THROTTLE_LATENESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

typedef struct {
    GArray *expiry_ns; /* int64_t: CPU time used beyond the quota when the throttle noticed it */
    GArray *wake_ns;   /* int64_t: from the boundary that the thread slept for until it ran */
} Lateness;

/*
 * Adds the events kvm_throttle_kick (its debt) and kvm_throttle_wake (its lateness) found in
 * `text`, the output of QEMU's log backend; ignores all other lines. Pure.
 */
void lateness_parse(const char *text, Lateness *out);

/*
 * Traces the throttled `vm` for `duration_ns` and reads the events; a vCPU whose quota never
 * expires has none. Blocks that long. The caller calls lateness_clear(out) whatever is returned.
 */
bool lateness_measure(SyVm *vm, int64_t duration_ns, Lateness *out, GError **error);

void lateness_clear(Lateness *lateness);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drains the IRQ log's ring with query-irq-log while a guest fills it. */
#ifndef SY_WORKLOADS_IRQ_DRAIN_H
#define SY_WORKLOADS_IRQ_DRAIN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

typedef struct {
    gint64 records;  /* logged */
    gint64 taken;    /* records read by query */
    gint64 dropped;  /* records that query-irq-log reports as overwritten */
    int64_t wall_ns; /* how long the guest ran */
    double records_per_s;
} IrqDrain;

/* Starts with a stopped VM whose log is off, and leaves it so. Blocks for slightly more than
 * `wall_ns`. Errors as in vm.h. */
bool irq_drain_run(SyVm *vm, int64_t wall_ns, IrqDrain *out, GError **error);

#endif

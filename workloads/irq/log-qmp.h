/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IRQ log's QMP commands (docs/qmp/irq-log.md). */
#ifndef SY_WORKLOADS_IRQ_LOG_QMP_H
#define SY_WORKLOADS_IRQ_LOG_QMP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

typedef struct {
    bool enabled;
    gint64 last_sequence; /* records so far */
    gint64 overtaken;     /* not written: overwritten before their turn came */
    gint64 refused;       /* not written: the file took no more */
    gint64 written;
} IrqLogStatus;

/* Begins to log to `sink` ("ring", "file" ...); `path`, for "file", is relative to the VM's run
 * folder; else NULL. Errors as in vm.h; SY_ERROR_UNAVAILABLE if this QEMU has no IRQ log. */
bool irq_log_begin(SyVm *vm, const char *sink, const char *path, GError **error);

/* Ends it; what was logged has been written then. */
bool irq_log_end(SyVm *vm, GError **error);

bool irq_log_status(SyVm *vm, IrqLogStatus *status, GError **error);

/*
 * Takes up to `max` records after number *last out of the ring, without looking at them; *last
 * becomes the last one's, *taken is how many there were, and *dropped grows by those that were
 * overwritten before.
 */
bool irq_log_drain(SyVm *vm, guint max, gint64 *last, guint *taken, gint64 *dropped,
                   GError **error);

#endif

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
    gint64 last_sequence; /* number of records so far */
    gint64 overtaken;     /* not written: overwritten in the ring before their turn came */
    gint64 refused;       /* not written: the file refused them */
    gint64 written;
    gint64 unwritten; /* their turn has not come yet */
} IrqLogStatus;

/* Starts logging to `sink` ("ring", "file" ...). `path` is for "file" and relative to the VM's run
 * folder; else NULL. Errors as in vm.h; SY_ERROR_UNAVAILABLE if this QEMU has no IRQ log. */
bool irq_log_begin(SyVm *vm, const char *sink, const char *path, GError **error);

/* Stops logging; returns once everything logged has been written, or SY_ERROR_TIMEOUT after a
 * minute. */
bool irq_log_end(SyVm *vm, GError **error);

bool irq_log_status(SyVm *vm, IrqLogStatus *status, GError **error);

/*
 * Reads up to `max` records after number *last from the ring without parsing them; QEMU may return
 * fewer. *last receives the number of the last one that QEMU looked at, *taken their count;
 * *dropped grows by those that had been overwritten before.
 */
bool irq_log_drain(SyVm *vm, guint max, gint64 *last, guint *taken, gint64 *dropped,
                   GError **error);

#endif

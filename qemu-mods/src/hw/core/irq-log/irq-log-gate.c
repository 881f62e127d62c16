/*
 * Log of qemu_set_irq() calls: the part that user emulators and unit tests
 * link as well, because they have qemu_set_irq()
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "irq-log.h"

bool irq_log_on;
IrqLogRecorder *irq_log_recorder;

static uint32_t next_id;

void irq_log_set_irq(qemu_irq irq, void *caller, int level)
{
    IrqLogRecorder *recorder = qatomic_read(&irq_log_recorder);

    if (recorder) {
        recorder(irq, level, caller);
    }
    irq->handler(irq->opaque, irq->n, level);
}

void irq_log_init_irq(Object *obj)
{
    qemu_irq irq = IRQ(obj);

    irq->log_id = qatomic_fetch_inc(&next_id) + 1;
    irq->log_mark = 0;
}

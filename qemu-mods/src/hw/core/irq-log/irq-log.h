/*
 * Log of qemu_set_irq() calls: what hw/core/irq.c needs
 *
 * See docs/devel/irq-logging.rst.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_H
#define HW_CORE_IRQ_LOG_H

#include "qemu/atomic.h"
#include "hw/irq.h"

/* Written by irq-log.c alone. */
extern bool irq_log_on;

/* All that the log costs while it is off: a load, and a branch not taken. */
static inline bool irq_log_is_on(void)
{
    return unlikely(qatomic_read(&irq_log_on));
}

/*
 * Logs that @irq is set to @level by the code at @caller, then sets it.  One
 * function does both, so that qemu_set_irq() needs no stack for it.  @level is
 * the third argument, as of the handler, so that no register need be moved
 * before the branch.
 */
void irq_log_set_irq(qemu_irq irq, void *caller, int level);

/*
 * Give an IRQ its number in the log, which no other IRQ will ever get.  Also
 * for a copy of another IRQ.
 */
void irq_log_init_irq(Object *obj);

/* Takes the records; irq-log.c sets it, in system emulators only. */
typedef void IrqLogRecorder(qemu_irq irq, int level, void *caller);
extern IrqLogRecorder *irq_log_recorder;

#endif

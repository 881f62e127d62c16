/*
 * Which IRQs are logged, and what kind they are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* No QEMU header here, not even qemu/osdep.h: see irq-log-filter.h. */
#include "irq-log-filter.h"

#define NS_PER_S INT64_C(1000000000)

/* Interrupts private to a CPU, and how many of them are SGIs */
#define GIC_INTERNAL 32
#define GIC_SGIS 16

bool irq_log_limit_pass(IrqLogLimit *limit, uint32_t per_second,
                        int64_t now_ns)
{
    int64_t second = now_ns / NS_PER_S;

    if (limit->second != second) {
        limit->second = second;
        limit->count = 0;
    }
    if (limit->count >= per_second) {
        limit->refused++;
        return false;
    }
    limit->count++;
    return true;
}

const char *irq_log_kind(int spis, int line)
{
    if (spis == IRQ_LOG_NO_GIC) {
        return "hardware";
    }
    if (line < spis) {
        return "hardware (SPI)";
    }
    return (line - spis) % GIC_INTERNAL < GIC_SGIS ? "software (SGI)"
                                                   : "percpu (PPI)";
}

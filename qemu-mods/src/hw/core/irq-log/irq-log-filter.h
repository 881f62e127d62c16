/*
 * Which IRQs are logged, and what kind they are
 *
 * Pure, like irq-log-ring.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_FILTER_H
#define HW_CORE_IRQ_LOG_FILTER_H

#include <stdbool.h>
#include <stdint.h>

/* Limits the number of records in each second of the clock. */
typedef struct IrqLogLimit {
    int64_t second;
    uint32_t count;     /* records in it */
    uint64_t refused;   /* records refused so far */
} IrqLogLimit;

/* Whether another record is allowed at @now_ns; if not, it is counted. */
bool irq_log_limit_pass(IrqLogLimit *limit, uint32_t per_second,
                        int64_t now_ns);

/* @spis of irq_log_kind() for a line that is not an Arm GIC's */
#define IRQ_LOG_NO_GIC (-1)

/*
 * The kind of input line @line of a controller.  For an Arm GIC @spis is the
 * number of its SPIs, which come first; then come 32 lines for each CPU, of
 * which the first 16 are SGIs and the others PPIs.
 */
const char *irq_log_kind(int spis, int line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Included before the ring's file: makes its writers stall within a record. */
#ifndef SY_TESTS_IRQ_RING_STALL_H
#define SY_TESTS_IRQ_RING_STALL_H

void irq_ring_stall(void);
#define IRQ_LOG_RING_STALL() irq_ring_stall()

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The local APIC (xAPIC, memory-mapped): starting and stopping vCPUs, ending an interrupt.
 */
#ifndef GUESTS_LIB_APIC_H
#define GUESTS_LIB_APIC_H

#include <stdint.h>

/* The calling vCPU's APIC id, 0..254. */
unsigned apic_id(void);

/* Switches the calling vCPU's local APIC on. */
void apic_enable(void);

/* Tells the calling vCPU's local APIC that the interrupt in service has been handled. */
void apic_end_of_interrupt(void);

/* INIT to every vCPU except the calling one: they stop and wait for a SIPI. */
void apic_init_others(void);

/* SIPI to every vCPU except the calling one: those that wait start in real mode at `address`, a
 * page below 1 MiB; the others ignore it. */
void apic_start_others(uint32_t address);

#endif

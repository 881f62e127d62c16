/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The devices that raise interrupts for the guest `irqs`, and the IOAPIC that routes them to vCPUs.
 */
#ifndef GUESTS_IRQS_DEVICES_H
#define GUESTS_IRQS_DEVICES_H

#include <stdbool.h>

#include "layout.h"

/* Finds the two edu devices and sets up everything; vCPU `apic_id[s]` receives the interrupts of
 * source s. Ends the guest if a device is missing. */
void devices_init(const unsigned *apic_id);

/* The same without an APIC: the i8259s send everything to the only vCPU. */
void devices_init_pic(void);

/* Tells the i8259s that the interrupt of `source` has been handled. */
void devices_end_of_interrupt(enum irqs_source source);

/* Makes the device raise one interrupt. */
void devices_ask(enum irqs_source source);

/* To be called in the handler: the device lowers its line, or loses its reason to raise it. */
void devices_calm(enum irqs_source source);

#endif

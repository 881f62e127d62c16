/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The devices that raise interrupts for the guest `irqs`, and the IOAPIC that leads them to vCPUs.
 */
#ifndef GUESTS_IRQS_DEVICES_H
#define GUESTS_IRQS_DEVICES_H

#include <stdbool.h>

#include "layout.h"

/* Finds the two edu devices and sets all up; `apic_id[s]` is who gets the interrupts of source s.
 * Ends the guest when something is missing. */
void devices_init(const unsigned *apic_id);

/* The same where there is no APIC: the i8259s lead all to the one vCPU. */
void devices_init_pic(void);

/* Tells the i8259s that the interrupt of `source` is dealt with. */
void devices_end_of_interrupt(enum irqs_source source);

/* Makes the device raise one interrupt. */
void devices_ask(enum irqs_source source);

/* In the handler: the device lowers its line, or has no further reason to raise it. */
void devices_calm(enum irqs_source source);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the guest `irqs` publishes in its physical memory. Included by guest and host code. Valid
 * once the guest has printed the ready line; the counts are final once it has printed done.
 */
#ifndef GUESTS_IRQS_LAYOUT_H
#define GUESTS_IRQS_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define IRQS_AREA_BASE 0x200000u
#define IRQS_MAGIC UINT64_C(0x4145524153515249) /* the bytes "IRQSAREA" */
#define IRQS_VERSION 1u
#define IRQS_MAX_CPUS 4u

/* In the order of a round. Each interrupt is handled before the next one is requested. The RTC, the
 * slowest, takes part in every sixteenth round only. */
#define IRQS_RTC_ROUNDS 16u

enum irqs_source {
    IRQS_SERIAL, /* COM1: nothing left to send */
    IRQS_INTX,   /* edu, by its PCI interrupt line: level-triggered */
    IRQS_MSI,    /* a second edu, by a message; it uses no line */
    IRQS_PIT,    /* timer, one shot */
    IRQS_RTC,    /* clock, periodic; lowered by reading its register C */
    IRQS_SOURCES,
};

/* Inputs of the IOAPIC. They equal the line's GSI, except for the PIT, whose GSI is 0. */
#define IRQS_PIN_PIT 2u
#define IRQS_PIN_SERIAL 4u
#define IRQS_PIN_RTC 8u
#define IRQS_PIN_INTX 11u /* the guest makes the PCI host route it there */

/* The vector of source s; with mark=1 a handler first writes it to this port. */
#define IRQS_VECTOR(s) (0x40u + (s))
#define IRQS_PORT 0x80u

/* With pic=1 the i8259s deliver, and interrupt line n has this vector plus n. There is no edu then,
 * as QEMU does not allow one on a machine without MSI. */
#define IRQS_PIC_VECTOR 0x50u
#define IRQS_LINE_PIT 0u

/* Little-endian. */
struct irqs_area {
    uint64_t magic; /* written last, just before the ready line */
    uint32_t version;
    uint32_t cpus;
    uint64_t asked[IRQS_SOURCES];    /* interrupts that the devices were made to raise */
    uint64_t received[IRQS_SOURCES]; /* handler runs; more than asked if a high line rose again */
    /* interrupts of no source, or on another vCPU than the source's */
    uint64_t stray;
    uint64_t by_cpu[IRQS_MAX_CPUS]; /* handler runs on each vCPU */
    uint64_t done;                  /* 1 when all is over */
};

_Static_assert(offsetof(struct irqs_area, asked) == 16, "layout version 1");
_Static_assert(offsetof(struct irqs_area, received) == 56, "layout version 1");
_Static_assert(offsetof(struct irqs_area, stray) == 96, "layout version 1");
_Static_assert(offsetof(struct irqs_area, by_cpu) == 104, "layout version 1");
_Static_assert(sizeof(struct irqs_area) == 144, "layout version 1");

#endif

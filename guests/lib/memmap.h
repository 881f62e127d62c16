/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where things are in a guest's physical memory. Plain defines: C, assembly and the linker script
 * include this.
 */
#ifndef GUESTS_LIB_MEMMAP_H
#define GUESTS_LIB_MEMMAP_H

/* The page where the SIPI starts a vCPU. Free while a multiboot kernel runs: QEMU's loader uses
 * 0x9000 and up. */
#define TRAMPOLINE_BASE 0x8000

/* The image, then the loader's copy of the command line, must end below GUEST_AREA_BASE, where a
 * guest may publish data for readers outside. */
#define IMAGE_BASE 0x100000
#define IMAGE_LIMIT 0x1F0000
#define GUEST_AREA_BASE 0x200000

#define IOAPIC_BASE 0xFEC00000
#define LAPIC_BASE 0xFEE00000
#define LAPIC_ID 0x20

#define SMP_MAX 8 /* vCPUs */
#define STACK_SHIFT 12
#define STACK_SIZE (1 << STACK_SHIFT) /* bytes, per vCPU */

#endif

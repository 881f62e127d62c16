/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the guest `spin` publishes in its physical memory, for readers outside (guest RAM
 * mapped from a memory backend, QMP pmemsave, HMP xp). Included by the guest and by host
 * code.
 *
 * Valid once the guest has printed the ready line. From then on only `count` changes. It only grows
 * (until the machine is reset), and the guest writes it with one aligned 8-byte store, so an
 * aligned 8-byte load never sees half of it; at one count per nanosecond it lasts 584 years.
 */
#ifndef GUESTS_SPIN_LAYOUT_H
#define GUESTS_SPIN_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define SPIN_AREA_BASE 0x200000u                /* guest physical address of struct spin_area */
#define SPIN_MAGIC UINT64_C(0x414552414e495053) /* the bytes "SPINAREA" */
#define SPIN_VERSION 4u
#define SPIN_MAX_CPUS 8u

/* Instructions per count: inc, mov to memory, jmp. Exactly these, see count.S. */
#define SPIN_INSNS_PER_COUNT 3u
/* With out=PORT: one out more. */
#define SPIN_INSNS_PER_OUT 4u
/* With flip=MASK: one xor more. */
#define SPIN_INSNS_PER_FLIP 5u
/* With gap=TICKS they are not counted. */
#define SPIN_INSNS_PER_GAP 0u

/* Useful ports for `out`. KVM does not know the first one (diagnostic codes), so each write exits
 * to QEMU, which ignores it. The second, the interrupt controller's mask, is KVM's own unless QEMU
 * emulates the chip: the exit stays in the kernel. */
#define SPIN_PORT_USER 0x80u
#define SPIN_PORT_KERNEL 0x21u
/* The serial port's interrupt enable register, and its bit that raises the interrupt while there is
 * nothing to send: if it is flipped, each write sets the line, up and down in turn. */
#define SPIN_PORT_UART_IER 0x3f9u
#define SPIN_FLIP_UART_IER 0x02u

/* One vCPU, on a cache line of its own. */
struct spin_cpu {
    volatile uint64_t count; /* iterations so far; 0 if the vCPU does not count */
    uint32_t apic_id;
    uint32_t spins; /* 1 if it counts, 0 if it is halted */
    uint32_t port;  /* written to before each count; 0: none */
    uint32_t flip;  /* bits of the written byte that change each time; 0: always 0xff */
    uint64_t gap;   /* TSC ticks from one write to the next; 0: no gap */
    uint8_t reserved[32];
};

/* Little-endian. cpu[i] belongs to QEMU's cpu-index i; those from `cpus` on are all zero. */
struct spin_area {
    uint64_t magic; /* written last, just before the ready line */
    uint32_t version;
    uint32_t cpus;
    uint64_t mask; /* bit i: vCPU i counts */
    uint32_t insns_per_count;
    uint32_t reserved_28;
    uint8_t reserved_32[32];
    struct spin_cpu cpu[SPIN_MAX_CPUS];
};

_Static_assert(sizeof(struct spin_cpu) == 64, "one cache line per vCPU");
_Static_assert(offsetof(struct spin_cpu, count) == 0, "count is aligned");
_Static_assert(offsetof(struct spin_cpu, apic_id) == 8, "layout version 4");
_Static_assert(offsetof(struct spin_cpu, spins) == 12, "layout version 4");
_Static_assert(offsetof(struct spin_cpu, port) == 16, "count.S");
_Static_assert(offsetof(struct spin_cpu, flip) == 20, "count.S");
_Static_assert(offsetof(struct spin_cpu, gap) == 24, "layout version 4");
_Static_assert(offsetof(struct spin_area, version) == 8, "layout version 4");
_Static_assert(offsetof(struct spin_area, cpus) == 12, "layout version 4");
_Static_assert(offsetof(struct spin_area, mask) == 16, "layout version 4");
_Static_assert(offsetof(struct spin_area, insns_per_count) == 24, "layout version 4");
_Static_assert(offsetof(struct spin_area, cpu) == 64, "layout version 4");
_Static_assert(sizeof(struct spin_area) == 576, "layout version 4");
_Static_assert(SPIN_AREA_BASE % 4096 == 0, "page-aligned");

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The interrupt descriptor table: vectors 0..31 all go to one handler, the others where the guest
 * chooses; and a TSS per vCPU, which holds the stack for interrupts in ring 3.
 */
#include <stdint.h>

#include "lib/guest.h"
#include "lib/memmap.h"
#include "lib/segments.h"
#include "lib/trap.h"

#define VECTORS 256
#define EXCEPTIONS 32
#define GATE_INTERRUPT64 0x8E00 /* present, ring 0, interrupts off */
#define STUB_BYTES 16           /* as in trapentry.S */

struct gate {
    uint16_t offset_0;
    uint16_t selector;
    uint16_t flags;
    uint16_t offset_16;
    uint32_t offset_32;
    uint32_t reserved;
};

struct tss {
    uint32_t reserved_0;
    uint64_t rsp0;
    uint8_t reserved_12[90];
    uint16_t io_map;
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "the processor's 64-bit TSS");

#define TSS_DESCRIPTOR (UINT64_C(0x89) << 40) /* present, available 64-bit TSS */

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

extern const uint8_t trap_stubs[];
extern uint8_t stacks[];
extern uint64_t gdt[];

static struct gate gates[VECTORS] __attribute__((aligned(16)));
static struct tss tss[SMP_MAX] __attribute__((aligned(16)));

void trap_report(unsigned vector) __attribute__((noreturn));

/* Called by trapentry.S. */
void trap_report(unsigned vector)
{
    guest_fail_number("exception ", vector, "");
}

void trap_set_stack(unsigned number, uint64_t top)
{
    tss[number].rsp0 = top;
}

void trap_load(unsigned number)
{
    const struct table_pointer p = {sizeof(gates) - 1, (uintptr_t)gates};
    const unsigned selector = SEL_TSS + 16 * number;
    const uint64_t base = (uintptr_t)&tss[number];

    tss[number].rsp0 = (uintptr_t)stacks + (number + 1) * STACK_SIZE;
    tss[number].io_map = sizeof(struct tss); /* beyond the end: ring 3 may use no port */
    gdt[selector / 8] = TSS_DESCRIPTOR | (base >> 24 & 0xFF) << 56 | (base & 0xFFFFFF) << 16 |
                        (sizeof(struct tss) - 1);
    gdt[selector / 8 + 1] = base >> 32;
    __asm__ volatile("lidt %0" : : "m"(p), "m"(gates));
    __asm__ volatile("ltr %w0" : : "r"(selector) : "memory");
}

void trap_gate(unsigned vector, const void *entry)
{
    const uint32_t address = (uint32_t)(uintptr_t)entry;

    gates[vector].offset_0 = (uint16_t)address;
    gates[vector].selector = SEL_CODE64;
    gates[vector].flags = GATE_INTERRUPT64;
    gates[vector].offset_16 = (uint16_t)(address >> 16);
}

void trap_init(void)
{
    for (unsigned i = 0; i < EXCEPTIONS; i++) {
        trap_gate(i, trap_stubs + i * STUB_BYTES);
    }
    trap_load(0);
}

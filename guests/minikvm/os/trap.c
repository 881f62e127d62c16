/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interrupt table, the task state with the kernel's stack, and who serves which vector. */
#include "minikvm/os/kernel.h"
#include "minikvm/os/segments.h"

#define EXCEPTIONS 32
#define INTERRUPTS 16
#define STUBS (EXCEPTIONS + INTERRUPTS)
#define STUB_BYTES 16 /* as in trap.S */
#define VECTORS (CALL_VECTOR < STUBS ? STUBS : CALL_VECTOR + 1)

#define GATE 0x8e00       /* present, interrupts off */
#define GATE_RING3 0x6000 /* INT n may use it in ring 3 */
#define RING 3U

struct gate {
    uint16_t offset_0;
    uint16_t selector;
    uint16_t flags;
    uint16_t offset_16;
#ifdef __x86_64__
    uint32_t offset_32;
    uint32_t reserved;
#endif
};

/* The processor reads of it only the stack for ring 0, and that no port is open to ring 3. */
struct tss {
#ifdef __x86_64__
    uint32_t reserved;
    uint64_t sp0;
    uint8_t other[90];
#else
    uint32_t reserved;
    uint32_t sp0, ss0;
    uint8_t other[90];
#endif
    uint16_t io_map;
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "the processor's task state");

struct table {
    uint16_t limit;
    uintptr_t base;
} __attribute__((packed));

extern const uint8_t trap_stubs[], trap_call_stub[];
extern uint64_t gdt[];

static struct gate gates[VECTORS] __attribute__((aligned(16)));
static struct tss tss __attribute__((aligned(16)));

static void set_gate(unsigned vector, const void *entry, uint16_t flags)
{
    uintptr_t address = (uintptr_t)entry;

    gates[vector].offset_0 = (uint16_t)address;
    gates[vector].selector = SEL_CODE;
    gates[vector].flags = flags;
    gates[vector].offset_16 = (uint16_t)(address >> 16);
}

void trap_set_stack(uintptr_t top)
{
    tss.sp0 = top;
}

void trap_init(void)
{
    const struct table table = {sizeof(gates) - 1, (uintptr_t)gates};
    uintptr_t base = (uintptr_t)&tss;

    for (unsigned i = 0; i < STUBS; i++) {
        set_gate(i, trap_stubs + i * STUB_BYTES, GATE);
    }
    set_gate(CALL_VECTOR, trap_call_stub, GATE | GATE_RING3);
#ifndef __x86_64__
    tss.ss0 = SEL_DATA;
#endif
    tss.io_map = sizeof(tss); /* beyond the end */
    /* Present, available task state of this width; all of the image lies below 16 MiB. */
    gdt[SEL_TSS / 8] = (uint64_t)0x89 << 40 | (uint64_t)base << 16 | (sizeof(tss) - 1);
    __asm__ volatile("lidt %0" : : "m"(table), "m"(gates));
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS) : "memory");
}

void trap(struct frame *frame)
{
    bool user = (frame->cs & RING) == RING;

    if (frame->vector >= EXCEPTIONS && frame->vector < STUBS) {
        if (irq_serve((unsigned)frame->vector - EXCEPTIONS) && user) {
            process_tick();
        }
    } else if (user) {
        process_trap(frame);
    } else {
        panic("a fault in the kernel");
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two i8259 interrupt controllers, and channel 0 of the i8254 timer, which is behind them. */
#include "lib/io.h"
#include "minikvm/os/kernel.h"

#define PIC1 0x20
#define PIC2 0xa0
#define PIC_INIT 0x11 /* edge-triggered, two controllers, ICW4 follows */
#define PIC_8086 0x01
#define PIC_EOI 0x20
#define FIRST_VECTOR 0x20

#define PIT_CHANNEL0 0x40
#define PIT_CONTROL 0x43
#define PIT_RATE 0x34 /* channel 0, both bytes, mode 2 */
#define PIT_HZ 1193182

#define CPUID_FEATURES 1
#define CPUID_EDX_APIC (1U << 9)
#define MSR_APIC_BASE 0x1b
#define APIC_ENABLED (1U << 11)

#define LINE_TIMER 0
#define LINE_UART 4
#define MASK ((uint8_t) ~(1U << LINE_TIMER | 1U << LINE_UART)) /* all others are off */

/*
 * KVM makes up for ticks that the guest had no time for: it delivers them one after the other,
 * some 10 us apart. A tick counts as time if so many cycles of the TSC have passed since the last
 * one: 0.1 ms at 10 GHz, 2 ms at 500 MHz.
 */
#define BURST_CYCLES 1000000

static bool works;
static volatile uint32_t ticks;
static uint64_t last_tsc;

static uint64_t read_tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Firmware may have left the local APIC so that it keeps out the interrupts of the i8259s, as qboot
 * does. Switched off, it lets them through. */
static void disable_apic(void)
{
    uint32_t eax = CPUID_FEATURES, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (edx & CPUID_EDX_APIC) {
        __asm__ volatile("rdmsr" : "=a"(eax), "=d"(edx) : "c"(MSR_APIC_BASE));
        __asm__ volatile("wrmsr" : : "a"(eax & ~APIC_ENABLED), "d"(edx), "c"(MSR_APIC_BASE));
    }
}

void irq_init(bool firmware)
{
    const uint16_t reload = PIT_HZ / TICKS_PER_S;

    /* Without controllers (mini-kvm without --irqchip) nothing keeps the mask. */
    io_out8(PIC1 + 1, MASK);
    works = io_in8(PIC1 + 1) == MASK;
    if (!works) {
        return;
    }
    if (firmware) {
        disable_apic();
    }
    io_out8(PIC1, PIC_INIT);
    io_out8(PIC2, PIC_INIT);
    io_out8(PIC1 + 1, FIRST_VECTOR);
    io_out8(PIC2 + 1, FIRST_VECTOR + 8);
    io_out8(PIC1 + 1, 1 << 2); /* where the second is connected */
    io_out8(PIC2 + 1, 2);
    io_out8(PIC1 + 1, PIC_8086);
    io_out8(PIC2 + 1, PIC_8086);
    io_out8(PIC1 + 1, MASK);
    io_out8(PIC2 + 1, 0xff);
    io_out8(PIT_CONTROL, PIT_RATE);
    io_out8(PIT_CHANNEL0, reload & 0xff);
    io_out8(PIT_CHANNEL0, reload >> 8);
}

bool irq_serve(unsigned line)
{
    uint64_t tsc;
    bool counts;

    if (line != LINE_TIMER && line != LINE_UART) {
        return false; /* spurious, on line 7 or 15, which wants no end of interrupt */
    }
    io_out8(PIC1, PIC_EOI);
    if (line == LINE_UART) {
        return false; /* it was for irq_wait() */
    }
    ticks++;
    tsc = read_tsc();
    counts = tsc - last_tsc >= BURST_CYCLES;
    last_tsc = tsc;
    return counts;
}

uint32_t irq_ticks(void)
{
    return ticks;
}

void irq_wait(void)
{
    if (works) {
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    } else {
        __asm__ volatile("pause" : : : "memory");
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The guest `spin`: every vCPU counts iterations of a tight loop in memory, see layout.h, and never
 * exits by itself, or in every iteration. It prints one line on the serial port when all of them
 * count.
 *
 * Arguments, hexadecimal. spin=MASK: only the vCPUs in MASK count, the others halt for good;
 * default: all. out=PORT: each iteration writes a byte to PORT, which makes it an exit;
 * flip=MASK: the byte is MASK and 0 in turn; gap=TICKS: TSC ticks from one such byte to the
 * next.
 */
#include "layout.h"
#include "lib/deadline.h"
#include "lib/guest.h"
#include "lib/io.h"
#include "lib/memmap.h"
#include "lib/serial.h"
#include "lib/smp.h"
#include "lib/text.h"
#include "lib/user.h"

_Static_assert(SPIN_AREA_BASE == GUEST_AREA_BASE, "the linker script keeps the image out of it");
_Static_assert(SPIN_MAX_CPUS == SMP_MAX, "one entry per vCPU");

const char guest_name[] = "spin";

static struct spin_area *const area = (struct spin_area *)SPIN_AREA_BASE;

struct arguments {
    uint64_t mask;
    uint64_t port; /* 0: none */
    uint64_t flip; /* 0: the byte stays the same */
    uint64_t gap;  /* 0: as fast as it goes */
};

/* count.S; `cpu` is the address of a struct spin_cpu. */
void spin_count(uintptr_t cpu);
void spin_out(uintptr_t cpu) __attribute__((noreturn));
void spin_flip(uintptr_t cpu) __attribute__((noreturn));

static struct arguments parse(const char *args, unsigned cpus)
{
    const uint64_t all = (UINT64_C(1) << cpus) - 1;
    struct arguments out = {.mask = all};

    for (args = text_word(args); *args; args = text_word(text_word_end(args))) {
        const char *mask = text_after(args, "spin=");
        const char *port = text_after(args, "out=");
        const char *flip = text_after(args, "flip=");
        const char *gap = text_after(args, "gap=");

        if (!mask && !port && !flip && !gap) {
            guest_fail("unknown argument; there are spin=MASK, out=PORT, flip=MASK and gap=TICKS");
        }
        if (mask && !text_parse_hex(mask, &out.mask)) {
            guest_fail("spin=MASK takes a hexadecimal number");
        }
        if (out.mask & ~all) {
            guest_fail_number("spin=MASK names a vcpu beyond the last, ", cpus - 1, "");
        }
        if (port && (!text_parse_hex(port, &out.port) || out.port < 1 || out.port > 0xFFFF)) {
            guest_fail("out=PORT takes a hexadecimal number from 1 to ffff");
        }
        if (flip && (!text_parse_hex(flip, &out.flip) || out.flip < 1 || out.flip > 0xFF)) {
            guest_fail("flip=MASK takes a hexadecimal number from 1 to ff");
        }
        if (gap && (!text_parse_hex(gap, &out.gap) || out.gap < 1 || out.gap > UINT32_MAX)) {
            guest_fail("gap=TICKS takes a hexadecimal number from 1 to ffffffff");
        }
    }
    if (out.flip && !out.port) {
        guest_fail("flip=MASK needs an out=PORT");
    }
    if (out.gap && !out.flip) {
        guest_fail("gap=TICKS needs a flip=MASK");
    }
    return out;
}

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* A late write is made up for, so that the rate is kept. */
static void flip_in_time(struct spin_cpu *cpu)
{
    uint8_t byte = (uint8_t)cpu->flip;
    uint64_t due = ticks();

    for (;;) {
        while ((int64_t)(ticks() - due) < 0) {
            __asm__ volatile("pause");
        }
        due += cpu->gap;
        io_out8((uint16_t)cpu->port, byte);
        byte ^= (uint8_t)cpu->flip;
        cpu->count = cpu->count + 1;
    }
}

static void run(unsigned number)
{
    struct spin_cpu *cpu = &area->cpu[number];

    if (cpu->spins && cpu->gap) {
        flip_in_time(cpu);
    }
    if (cpu->spins && cpu->flip) {
        spin_flip((uintptr_t)cpu);
    }
    if (cpu->spins && cpu->port) {
        spin_out((uintptr_t)cpu);
    }
    if (cpu->spins) {
        user_run(spin_count, (uintptr_t)cpu);
    }
    cpu_stop();
}

/* Memory survives a reset of the machine, so nothing here starts out as zero. */
static void publish(unsigned cpus, struct arguments args)
{
    volatile uint64_t *word = (volatile uint64_t *)area;

    for (unsigned i = 0; i < sizeof(*area) / sizeof(*word); i++) {
        word[i] = 0;
    }
    area->version = SPIN_VERSION;
    area->cpus = cpus;
    area->mask = args.mask;
    area->insns_per_count = args.gap    ? SPIN_INSNS_PER_GAP
                            : args.flip ? SPIN_INSNS_PER_FLIP
                            : args.port ? SPIN_INSNS_PER_OUT
                                        : SPIN_INSNS_PER_COUNT;
    for (unsigned i = 0; i < cpus; i++) {
        area->cpu[i].spins = args.mask >> i & 1;
        area->cpu[i].port = (uint32_t)args.port;
        area->cpu[i].flip = (uint32_t)args.flip;
        area->cpu[i].gap = args.gap;
    }
}

static void wait_for_counting(unsigned cpus)
{
    struct deadline d = deadline_in(SMP_START_S);

    for (unsigned i = 1; i < cpus; i++) {
        while (area->cpu[i].spins && !area->cpu[i].count) {
            deadline_second_passed(&d);
            if (deadline_over(&d)) {
                smp_fail(i);
            }
        }
    }
}

void guest_main(const char *args)
{
    const unsigned cpus = smp_count();

    publish(cpus, parse(args, cpus));
    smp_start(cpus, run);
    for (unsigned i = 0; i < cpus; i++) {
        area->cpu[i].apic_id = smp_apic_id(i);
    }
    wait_for_counting(cpus);
    __asm__ volatile("" : : : "memory"); /* the magic is the last thing to be written */
    area->magic = SPIN_MAGIC;
    serial_put(guest_name);
    serial_put(": ready vcpus=");
    serial_put_dec(cpus);
    serial_put(" area=");
    serial_put_hex64(SPIN_AREA_BASE);
    serial_put(" version=");
    serial_put_dec(SPIN_VERSION);
    serial_put("\n");
    run(0); /* starts a few instructions after the line's last byte */
    cpu_stop();
}

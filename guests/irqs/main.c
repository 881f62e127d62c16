/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The guest `irqs`: makes devices raise a known number of interrupts in a known order, one at a
 * time, and counts those that arrive, see layout.h. vCPU 0 asks; vCPU s mod n receives source s.
 *
 * Arguments, hexadecimal. rounds=N: interrupts of each source (default 10); sources=MASK: only
 * sources whose bit is set; mark=1: each handler first writes its vector to IRQS_PORT, an exit that
 * shows an outside observer when it started; wait=1: wait for a byte on the serial port before
 * starting; pic=1: use the i8259s, on one vCPU without an APIC (-cpu ...,-apic) and without edus.
 */
#include <stdbool.h>

#include "devices.h"
#include "layout.h"
#include "lib/apic.h"
#include "lib/guest.h"
#include "lib/io.h"
#include "lib/memmap.h"
#include "lib/serial.h"
#include "lib/smp.h"
#include "lib/text.h"
#include "lib/trap.h"

#define STUB_BYTES 16 /* entry.S */
#define VECTORS 256
#define FIRST_VECTOR 32
#define WARM_UP_ROUNDS 8
#define LAST_CALLS 1000
#define ALL_SOURCES ((UINT64_C(1) << IRQS_SOURCES) - 1)
#define UART_DATA 0x3F8
#define UART_LSR 0x3FD
#define LSR_DATA_READY 0x01

_Static_assert(IRQS_AREA_BASE == GUEST_AREA_BASE, "the linker script keeps the image out of it");
_Static_assert(IRQS_SOURCES == 5, "entry.S has a stub for each and one more");

const char guest_name[] = "irqs";

extern const uint8_t irqs_stubs[];
void irqs_handle(unsigned source);

static volatile struct irqs_area *const area = (volatile struct irqs_area *)IRQS_AREA_BASE;

static struct {
    uint64_t rounds, sources, mark, wait, pic;
} arguments = {.rounds = 10, .sources = ALL_SOURCES};

static unsigned cpus;
static unsigned receiver[IRQS_SOURCES]; /* APIC ids */

/* Called by entry.S, interrupts off. */
void irqs_handle(unsigned source)
{
    const unsigned id = arguments.pic ? receiver[0] : apic_id();

    if (source >= IRQS_SOURCES || id != receiver[source]) {
        area->stray++;
    } else {
        if (arguments.mark) {
            io_out8(IRQS_PORT, (uint8_t)IRQS_VECTOR(source));
        }
        devices_calm((enum irqs_source)source);
        for (unsigned i = 0; i < cpus; i++) {
            if (arguments.pic || smp_apic_id(i) == id) {
                area->by_cpu[i]++;
            }
        }
        area->received[source]++; /* last: whoever waits for it continues */
    }
    if (!arguments.pic) {
        apic_end_of_interrupt();
    } else if (source < IRQS_SOURCES) {
        devices_end_of_interrupt((enum irqs_source)source);
    }
}

static void parse(const char *args)
{
    static const char usage[] =
        "unknown argument; there are rounds=N, sources=MASK, mark=1, wait=1, pic=1, hexadecimal";

    for (args = text_word(args); *args; args = text_word(text_word_end(args))) {
        const char *rounds = text_after(args, "rounds=");
        const char *sources = text_after(args, "sources=");
        const char *mark = text_after(args, "mark=");
        const char *wait = text_after(args, "wait=");
        const char *pic = text_after(args, "pic=");

        if (!(rounds && text_parse_hex(rounds, &arguments.rounds)) &&
            !(sources && text_parse_hex(sources, &arguments.sources)) &&
            !(mark && text_parse_hex(mark, &arguments.mark)) &&
            !(wait && text_parse_hex(wait, &arguments.wait)) &&
            !(pic && text_parse_hex(pic, &arguments.pic))) {
            guest_fail(usage);
        }
    }
    if (arguments.sources & ~ALL_SOURCES) {
        guest_fail_number("sources=MASK has ", IRQS_SOURCES, " bits");
    }
    if (arguments.pic) {
        arguments.sources &= ~(UINT64_C(1) << IRQS_MSI | UINT64_C(1) << IRQS_INTX);
    }
}

/* The other vCPUs only receive. */
static void receive(unsigned number)
{
    (void)number;
    apic_enable();
    for (;;) {
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    }
}

static void one(enum irqs_source source)
{
    const bool here = arguments.pic || receiver[source] == smp_apic_id(0);
    const uint64_t before = area->received[source];

    area->asked[source]++;
    devices_ask(source);
    while (area->received[source] == before) {
        if (here) { /* an interrupt since the check is taken after sti, and ends the hlt */
            __asm__ volatile("sti; hlt; cli" : : : "memory");
        } else {
            cpu_relax();
        }
    }
}

static void run_rounds(uint64_t rounds, uint64_t sources)
{
    for (uint64_t round = 0; round < rounds; round++) {
        for (unsigned s = 0; s < IRQS_SOURCES; s++) {
            if ((sources >> s & 1) && (s != IRQS_RTC || round % IRQS_RTC_ROUNDS == 0)) {
                one((enum irqs_source)s);
            }
        }
    }
}

static void forget_counts(void)
{
    for (unsigned s = 0; s < IRQS_SOURCES; s++) {
        area->asked[s] = area->received[s] = 0;
    }
    for (unsigned i = 0; i < IRQS_MAX_CPUS; i++) {
        area->by_cpu[i] = 0;
    }
    area->stray = 0;
}

/* Interrupts that the controllers remember from before arrive now, and do not count. */
static void warm_up(void)
{
    const uint64_t mark = arguments.mark;

    arguments.mark = 0;
    run_rounds(WARM_UP_ROUNDS, arguments.sources & ~(UINT64_C(1) << IRQS_PIT));
    arguments.mark = mark;
    forget_counts();
}

static void print_counts(const char *what)
{
    serial_put("irqs: ");
    serial_put(what);
    for (unsigned s = 0; s < IRQS_SOURCES; s++) {
        serial_put(s ? "," : " asked=");
        serial_put_dec(area->asked[s]);
    }
    for (unsigned s = 0; s < IRQS_SOURCES; s++) {
        serial_put(s ? "," : " received=");
        serial_put_dec(area->received[s]);
    }
    serial_put(" stray=");
    serial_put_dec(area->stray);
    serial_put("\n");
}

static void wait_for_byte(void)
{
    while (!(io_in8(UART_LSR) & LSR_DATA_READY)) {
        cpu_relax();
    }
    io_in8(UART_DATA);
}

static void init_with_pic(void)
{
    if (cpus > 1) {
        guest_fail("pic=1 is for one vcpu");
    }
    trap_gate(IRQS_PIC_VECTOR + IRQS_PIN_SERIAL, irqs_stubs + IRQS_SERIAL * STUB_BYTES);
    trap_gate(IRQS_PIC_VECTOR + IRQS_LINE_PIT, irqs_stubs + IRQS_PIT * STUB_BYTES);
    trap_gate(IRQS_PIC_VECTOR + IRQS_PIN_RTC, irqs_stubs + IRQS_RTC * STUB_BYTES);
    devices_init_pic();
}

static void init(const char *args)
{
    volatile uint64_t *word = (volatile uint64_t *)area;

    parse(args);
    cpus = smp_count();
    if (cpus > IRQS_MAX_CPUS) {
        guest_fail_number("", cpus, " vcpus; this guest takes 1 to 4");
    }
    for (unsigned i = 0; i < sizeof(*area) / sizeof(*word); i++) {
        word[i] = 0;
    }
    area->version = IRQS_VERSION;
    area->cpus = cpus;
    for (unsigned v = FIRST_VECTOR; v < VECTORS; v++) {
        trap_gate(v, irqs_stubs + IRQS_SOURCES * STUB_BYTES);
    }
    for (unsigned s = 0; s < IRQS_SOURCES; s++) {
        trap_gate(IRQS_VECTOR(s), irqs_stubs + s * STUB_BYTES);
    }
    if (arguments.pic) {
        init_with_pic();
        return;
    }
    smp_start(cpus, receive);
    for (unsigned s = 0; s < IRQS_SOURCES; s++) {
        receiver[s] = smp_apic_id(s % cpus);
    }
    devices_init(receiver);
}

void guest_main(const char *args)
{
    init(args);
    warm_up();
    __asm__ volatile("" : : : "memory");
    area->magic = IRQS_MAGIC;
    serial_put("irqs: ready vcpus=");
    serial_put_dec(cpus);
    serial_put(" area=");
    serial_put_hex64(IRQS_AREA_BASE);
    serial_put(" version=");
    serial_put_dec(IRQS_VERSION);
    serial_put("\n");
    if (arguments.wait) {
        wait_for_byte();
    }
    run_rounds(arguments.rounds, arguments.sources);
    for (unsigned i = 0; i < LAST_CALLS; i++) { /* for interrupts still on their way to vCPU 0 */
        __asm__ volatile("sti; nop; cli" : : : "memory");
    }
    area->done = 1;
    print_counts("done");
    cpu_stop();
}

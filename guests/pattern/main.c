/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The guest `pattern`: fills the memory it is given with what layout.h derives from each address,
 * reports that on the serial port, and from then on only answers commands, while vCPU 1, if there
 * is one, keeps changing a page.
 *
 * Arguments, hexadecimal. seed=SEED; own=BASE+SIZE, up to 8 times: whole pages of RAM to fill;
 * rom=BASE+SIZE: report the checksum of that; serve=1: accept commands, one per line; otherwise
 * vCPU 0 halts.
 *
 * Commands: `verify` checks what was filled.
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
#include "memory.h"

_Static_assert(PATTERN_AREA_BASE == GUEST_AREA_BASE, "the linker script keeps the image out of it");
_Static_assert(PATTERN_LOW_LIMIT == TRAMPOLINE_BASE, "where vCPUs start");

#define GIB UINT64_C(0x40000000)
/* boot.S maps the first, with devices from 3 GiB on; high_map() the same size from 4 GiB on. */
#define LOW_LIMIT (3 * GIB)
#define HIGH_BASE (4 * GIB)
#define HIGH_GIBS 4
#define PT_RAM 0x87 /* present, writable, ring 3, 2 MiB */
#define PT_LINK 0x07
#define PT_ADDRESS UINT64_C(0x000FFFFFFFFFF000)

const char guest_name[] = "pattern";

static struct range own[PATTERN_RANGES_MAX];
static unsigned owns;

static struct {
    uint64_t seed, rom_base, rom_size, serve;
} arguments;

/* BASE+SIZE, both hexadecimal. */
static bool parse_range(const char *text, uint64_t *base, uint64_t *size)
{
    char number[20];
    unsigned i = 0;

    for (; *text && *text != '+' && *text != ' ' && i < sizeof(number) - 1; text++) {
        number[i++] = *text;
    }
    number[i] = 0;
    return *text == '+' && text_parse_hex(number, base) && text_parse_hex(text + 1, size);
}

static bool within(uint64_t base, uint64_t size, uint64_t from, uint64_t to)
{
    return base >= from && base < to && size <= to - base;
}

static void add_own(const char *text)
{
    struct range *r = &own[owns];

    if (owns == PATTERN_RANGES_MAX) {
        guest_fail_number("own=BASE+SIZE: there can be ", PATTERN_RANGES_MAX, " of them");
    }
    if (!parse_range(text, &r->base, &r->size) || r->base % PATTERN_PAGE || !r->size ||
        r->size % PATTERN_PAGE) {
        guest_fail("own=BASE+SIZE takes two hexadecimal numbers, whole pages");
    }
    if (!within(r->base, r->size, PATTERN_LOW_BASE, PATTERN_LOW_LIMIT) &&
        !within(r->base, r->size, PATTERN_OWN_BASE, LOW_LIMIT) &&
        !within(r->base, r->size, HIGH_BASE, HIGH_BASE + HIGH_GIBS * GIB)) {
        guest_fail("own=BASE+SIZE is not memory this guest can own");
    }
    owns++;
}

static void parse(const char *args)
{
    for (args = text_word(args); *args; args = text_word(text_word_end(args))) {
        const char *seed = text_after(args, "seed=");
        const char *range = text_after(args, "own=");
        const char *rom = text_after(args, "rom=");
        const char *serve = text_after(args, "serve=");

        if (range) {
            add_own(range);
        } else if (seed && !text_parse_hex(seed, &arguments.seed)) {
            guest_fail("seed=SEED takes a hexadecimal number");
        } else if (rom && (!parse_range(rom, &arguments.rom_base, &arguments.rom_size) ||
                           arguments.rom_base % 8 || arguments.rom_size % 8 ||
                           !within(arguments.rom_base, arguments.rom_size, 0, HIGH_BASE))) {
            guest_fail("rom=BASE+SIZE takes two hexadecimal numbers below 4 GiB");
        } else if (serve && !text_parse_hex(serve, &arguments.serve)) {
            guest_fail("serve=1 takes 0 or 1");
        } else if (!seed && !rom && !serve) {
            guest_fail("unknown argument; there are seed, own, rom and serve");
        }
    }
}

/* Maps what lies above 4 GiB one to one, like the rest. */
static void high_map(void)
{
    static uint64_t tables[HIGH_GIBS][512] __attribute__((aligned(4096)));
    uint64_t pml4, *pdpt;

    __asm__ volatile("movq %%cr3, %0" : "=r"(pml4));
    pdpt = (uint64_t *)(*(uint64_t *)(pml4 & PT_ADDRESS) & PT_ADDRESS);
    for (unsigned gib = 0; gib < HIGH_GIBS; gib++) {
        for (unsigned i = 0; i < 512; i++) {
            tables[gib][i] = (HIGH_BASE + gib * GIB + i * UINT64_C(0x200000)) | PT_RAM;
        }
        ((volatile uint64_t *)pdpt)[4 + gib] = (uintptr_t)tables[gib] | PT_LINK;
    }
}

static void say_range(const char *what, uint64_t base, uint64_t size)
{
    serial_put(guest_name);
    serial_put(what);
    serial_put(" base=");
    serial_put_hex64(base);
    serial_put(" size=");
    serial_put_hex64(size);
}

static void fill(void)
{
    for (unsigned i = 0; i < owns; i++) {
        if (own[i].base >= HIGH_BASE) {
            high_map();
            break;
        }
    }
    for (unsigned i = 0; i < owns; i++) {
        own[i].seed = arguments.seed;
        user_call(memory_fill, (uintptr_t)&own[i], 0);
        say_range(": own", own[i].base, own[i].size);
        serial_put("\n");
    }
}

/* In ring 0, as ring 3 has no access to ROMs. */
static void report_rom(void)
{
    uint64_t sum = PATTERN_SUM_START;

    for (uint64_t at = arguments.rom_base; at < arguments.rom_base + arguments.rom_size; at += 8) {
        sum = pattern_sum(sum, *(volatile uint64_t *)at);
    }
    say_range(": rom", arguments.rom_base, arguments.rom_size);
    serial_put(" sum=");
    serial_put_hex64(sum);
    serial_put("\n");
}

static void verify(void)
{
    uint64_t pages = 0, wrong = 0, first = 0;

    for (unsigned i = 0; i < owns; i++) {
        pages += own[i].size / PATTERN_PAGE;
        if (user_call(memory_check, (uintptr_t)&own[i], 0) && !wrong) {
            first = own[i].first;
        }
        wrong += own[i].wrong;
    }
    serial_put(guest_name);
    serial_put(": verified pages=");
    serial_put_dec(pages);
    serial_put(" wrong=");
    serial_put_dec(wrong);
    serial_put(" first=");
    serial_put_hex64(first);
    serial_put("\n");
}

static void __attribute__((noreturn)) serve(void)
{
    char line[32];
    unsigned length = 0;

    for (;;) {
        int byte = serial_get();

        if (byte < 0) {
            /* Each look at the port is an exit to QEMU. */
            user_call(memory_pause, 0, 0);
        } else if (byte != '\n' && length < sizeof(line) - 1) {
            line[length++] = (char)byte;
        } else {
            line[length] = 0;
            length = 0;
            if (text_after(line, "verify")) {
                verify();
            } else {
                serial_put("pattern: unknown command; there is verify\n");
            }
        }
    }
}

static void run(unsigned number)
{
    if (number == 1) {
        user_run(memory_change, 0);
    }
    cpu_stop();
}

static void wait_for_change(unsigned cpus)
{
    const struct pattern_area *area = (const struct pattern_area *)PATTERN_AREA_BASE;
    struct deadline d = deadline_in(SMP_START_S);

    while (cpus > 1 && !area->rounds) {
        deadline_second_passed(&d);
        if (deadline_over(&d)) {
            smp_fail(1);
        }
    }
}

void guest_main(const char *args)
{
    const unsigned cpus = smp_count();

    parse(args);
    fill();
    if (arguments.rom_size) {
        report_rom();
    }
    ((struct pattern_area *)PATTERN_AREA_BASE)->rounds = 0;
    smp_start(cpus, run);
    wait_for_change(cpus);
    if (cpus > 1) {
        say_range(": changing", PATTERN_CHANGING_BASE, PATTERN_PAGE);
        serial_put("\n");
    }
    serial_put("pattern: ready vcpus=");
    serial_put_dec(cpus);
    serial_put(" seed=");
    serial_put_hex64(arguments.seed);
    serial_put(" version=");
    serial_put_dec(PATTERN_VERSION);
    serial_put("\n");
    if (arguments.serve) {
        serve();
    }
    cpu_stop();
}

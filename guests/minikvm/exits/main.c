/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest `exits`: makes exits of one kind in batches, and tells how many ticks of the TSC each
 * batch took, or as many as it can in a given number of ticks. Under mini-kvm it has up to eight
 * vCPUs, under other VMMs, which load it as a multiboot kernel, one. docs/MINIKVM.md has the
 * protocol.
 */
#include <stdbool.h>
#include <stddef.h>

#include "lib/guest.h"
#include "lib/io.h"
#include "lib/memmap.h"
#include "lib/serial.h"
#include "lib/text.h"
#include "lib/trap.h"
#include "lib/user.h"
#include "minikvm/exits/protocol.h"
#include "minikvm/ports.h"

#define LINE_BYTES 160
#define COMPUTE_CHUNK 10000

const char guest_name[] = EXITS_NAME;

/* kinds.S */
typedef uint64_t Loop(uint32_t count, uint64_t argument);

#define KINDS(X)                                                                                   \
    X(cpuid)                                                                                       \
    X(rd_tsc_adjust_msr)                                                                           \
    X(wr_tsc_adjust_msr)                                                                           \
    X(out8)                                                                                        \
    X(in8)                                                                                         \
    X(inl_from_qemu)                                                                               \
    X(inl_from_kernel)                                                                             \
    X(outl_to_kernel)                                                                              \
    X(rep_outsb)                                                                                   \
    X(rep_insb)                                                                                    \
    X(mmio_write)                                                                                  \
    X(mmio_read)                                                                                   \
    X(page_fault)                                                                                  \
    X(hypercall)                                                                                   \
    X(ioeventfd)                                                                                   \
    X(hlt)

#define DECLARE(name) Loop exit_##name, loop_##name;
KINDS(DECLARE)

#define ROW(name) {#name, exit_##name, loop_##name},
static const struct kind {
    const char *name;
    Loop *exits, *alone;
} kinds[] = {KINDS(ROW)};

/* What the next EXITS_GO does; vCPU 0 sets it before it lets the others go on. */
static struct {
    const struct kind *kind; /* NULL: compute */
    uint64_t count;          /* exits in a batch */
    uint64_t batches;
    uint64_t ticks; /* not 0: make batches for so long, and count them */
    uint64_t limit; /* end of the memory that may be touched */
} job;
static volatile bool ready;
static bool flat; /* loaded by mini-kvm */
static uint64_t fresh = EXITS_FRESH_BASE;

void exits_enter_flat(unsigned number) __attribute__((noreturn));

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* -------------------------------------------------------------------------------------- console */

static void put(const char *text)
{
    if (!flat) {
        serial_put(text);
        return;
    }
    for (; *text; text++) {
        __asm__ volatile("outb %b0, %w2"
                         :
                         : "a"(MK_CALL_PUTCHAR), "b"((uintptr_t)(uint8_t)*text),
                           "d"(MK_PORT_HYPERCALL)
                         : "memory");
    }
}

static void put_number(const char *before, uint64_t number)
{
    char text[TEXT_DEC_SIZE];

    put(before);
    put(text_dec(text, number));
}

/* Waits for a byte; -1 at the end of the input. */
static int get(void)
{
    uintptr_t result = MK_CALL_GETCHAR;
    int byte = -1;

    if (flat) {
        __asm__ volatile("outb %b0, %w1" : "+a"(result) : "d"(MK_PORT_HYPERCALL) : "memory");
        return (result & 0xffff) == 0xffff ? -1 : (int)(result & 0xff);
    }
    while (byte < 0) {
        byte = serial_get();
    }
    return byte;
}

static void end(void) __attribute__((noreturn));
static void end(void)
{
    if (flat) {
        io_out8(MK_PORT_HYPERCALL, MK_CALL_EXIT);
    }
    cpu_stop();
}

/* ------------------------------------------------------------------------------------- settings */

static void set_kind(const char *name)
{
    const char *rest = text_after(name, "compute");

    job.kind = NULL;
    if (rest && (!*rest || *rest == ' ')) {
        return;
    }
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        rest = text_after(name, kinds[i].name);
        if (rest && (!*rest || *rest == ' ')) {
            job.kind = &kinds[i];
            return;
        }
    }
    guest_fail("no such kind");
}

static void set_word(const char *word)
{
    static const struct {
        const char *prefix;
        uint64_t *value;
    } numbers[] = {
        {"count=", &job.count},
        {"batches=", &job.batches},
        {"ticks=", &job.ticks},
        {"limit=", &job.limit},
    };
    const char *value = text_after(word, "kind=");

    if (value) {
        set_kind(value);
        return;
    }
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        value = text_after(word, numbers[i].prefix);
        if (value && text_parse_hex(value, numbers[i].value)) {
            return;
        }
    }
    guest_fail("a setting is neither kind=NAME nor count=, batches=, ticks= or limit=HEX");
}

/* The rest of the line after EXITS_SET. */
static void set(void)
{
    char line[LINE_BYTES];
    unsigned length = 0;
    int byte;

    while ((byte = get()) != '\n') {
        if (byte < 0 || length == sizeof(line) - 1) {
            guest_fail("a line of settings is too long, or has no end");
        }
        line[length++] = (char)byte;
    }
    line[length] = '\0';
    for (const char *word = text_word(line); *word; word = text_word(text_word_end(word))) {
        set_word(word);
    }
    if (job.count < 1 || job.count > UINT32_MAX || job.batches > EXITS_MAX_BATCHES) {
        guest_fail("a count of exits or batches is out of range");
    }
    put(EXITS_NAME ": set\n");
    ready = true;
}

/* ----------------------------------------------------------------------------------------- work */

static void need_fresh_memory(void)
{
    if (job.kind->exits == exit_page_fault && fresh + (job.count + 1) * EXITS_PAGE > job.limit) {
        guest_fail("no more untouched memory");
    }
}

static uint64_t batch_alone(void)
{
    uint64_t begin = ticks();

    job.kind->alone((uint32_t)job.count, fresh);
    return ticks() - begin;
}

static uint64_t batch(void)
{
    uint64_t begin;

    need_fresh_memory();
    begin = ticks();
    fresh = job.kind->exits((uint32_t)job.count, fresh);
    return ticks() - begin;
}

static void put_all(const char *before, const uint64_t *values)
{
    for (unsigned i = 0; i < job.batches; i++) {
        put_number(i ? "," : before, values[i]);
    }
}

/* Batches with and without exits, by turns. */
static void run_batches(unsigned number)
{
    static uint64_t with[EXITS_MAX_BATCHES], alone[EXITS_MAX_BATCHES];
    uint64_t begin = ticks(), took;

    for (unsigned i = 0; i < job.batches; i++) {
        alone[i] = batch_alone();
        with[i] = batch();
    }
    took = ticks() - begin;
    /* The hypercall has written to this line. */
    put_number("\n" EXITS_NAME ": did vcpu=", number);
    put_number(" ticks=", took);
    put_all(" alone=", alone);
    put_all(" exits=", with);
    put("\n");
}

struct computing {
    uint64_t ticks, count, took;
};

/* In ring 3, where page-table based KVM does not emulate it. */
static uint64_t compute(uintptr_t argument)
{
    struct computing *c = (struct computing *)argument;
    uint64_t begin = ticks();

    do {
        for (unsigned i = 0; i < COMPUTE_CHUNK; i++) {
            __asm__ volatile("" : : "r"(i));
        }
        c->count++;
        c->took = ticks() - begin;
    } while (c->took < c->ticks);
    return 0;
}

/* As much as it can in job.ticks. */
static void run_window(unsigned number)
{
    struct computing c = {.ticks = job.ticks};

    if (job.kind) {
        uint64_t begin = ticks();

        do {
            job.kind->exits((uint32_t)job.count, fresh);
            c.count += job.count;
            c.took = ticks() - begin;
        } while (c.took < c.ticks);
    } else {
        user_call(compute, (uintptr_t)&c, number);
    }
    put_number("\n" EXITS_NAME ": did vcpu=", number);
    put_number(" ticks=", c.took);
    put_number(" count=", c.count);
    put("\n");
}

static void serve(unsigned number) __attribute__((noreturn));
static void serve(unsigned number)
{
    for (;;) {
        int byte = get();

        if (byte == EXITS_GO && job.ticks) {
            run_window(number);
        } else if (byte == EXITS_GO && job.kind) {
            run_batches(number);
        } else if (byte == EXITS_SET) {
            set();
        } else {
            end();
        }
    }
}

static void begin(void)
{
    put_number(EXITS_NAME ": ready version=", EXITS_VERSION);
    put("\n");
}

/* The others wait for the first settings, so that vCPU 0 gets all of that line. */
void exits_enter_flat(unsigned number)
{
    if (number > 0) {
        while (!ready) {
            cpu_relax();
        }
        trap_load(number);
        serve(number);
    }
    flat = true;
    trap_init();
    begin();
    serve(0);
}

void guest_main(const char *args)
{
    (void)args;
    begin();
    serve(0);
}

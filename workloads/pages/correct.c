/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does query-phys-pages return what the guest wrote? Every page that the guest owns is compared
 * with what its address says it must hold; ROM with the checksum that the guest computed; holes and
 * devices with zeros; a page that is being written, word by word. pmemsave reads the same bytes as
 * a second witness, and at the end the guest checks that its memory is unchanged.
 */
#include <string.h>

#include "base/error.h"
#include "guests/pattern/layout.h"
#include "run/case.h"
#include "vm/inspect.h"
#include "vm/phys-pages.h"
#include "workloads/pages/pattern-vm.h"
#include "workloads/pages/plan.h"

#define PAGE ((uint64_t)SY_PHYS_PAGE_BYTES)
#define BUFFER_BYTES (SY_PHYS_PAGES_MAX * SY_PHYS_PAGE_BYTES)

/* One request in this many is compared with the second witness as well. */
#define WITNESS_EVERY 8
/* How often the page that is being written is read. */
#define CHANGING_LOOKS 64

/* --fault page-bit flips this bit of this byte, once per repetition. */
#define FAULT_ADDRESS (PATTERN_VM_4G + 0x234)
#define FAULT_BIT 0x20

/* Devices of the machine "pc" (I/O APIC, HPET, local APIC) and addresses that nothing answers. */
static const PatternRange nothing[] = {
    {0xFEBFF000, 3 * SY_PHYS_PAGE_BYTES},         {0xFED00000, 1 * SY_PHYS_PAGE_BYTES},
    {0xFEE00000, 2 * SY_PHYS_PAGE_BYTES},         {0xD0000000, 64 * SY_PHYS_PAGE_BYTES},
    {0x7FFFFFFFFFFFF000, 1 * SY_PHYS_PAGE_BYTES}, {UINT64_MAX - 0xFFF, 1 * SY_PHYS_PAGE_BYTES},
};

typedef struct {
    PatternVm p;
    SyPhysFormat format;
    bool stopped;
    /* the current repetition */
    guint64 pages;
    PagesWrong wrong;
    guint torn;
    bool fault; /* the fault is still to be made */
    /* the current request */
    uint8_t got[BUFFER_BYTES], want[BUFFER_BYTES];
    bool mapped[SY_PHYS_PAGES_MAX];
} Correct;

static bool correct_setup(SyCase *c, GError **error)
{
    Correct *s = g_new0(Correct, 1);

    c->state = s;
    s->format = strcmp(sy_case_text(c, "format"), "rows") == 0 ? SY_PHYS_ROWS : SY_PHYS_BASE64;
    s->stopped = strcmp(sy_case_text(c, "state"), "stopped") == 0;
    return pattern_vm_start(&s->p, c, true, error) &&
           sy_vm_has_command(s->p.vm, "query-phys-pages", error);
}

static bool set_running(Correct *s, bool running, GError **error)
{
    return !s->stopped || (running ? sy_vm_resume(s->p.vm, error) : sy_vm_pause(s->p.vm, error));
}

/* Reads into s->got; counts all of these pages as compared, because all callers compare them. */
static bool read_pages(Correct *s, uint64_t base, guint pages, GError **error)
{
    if (!sy_phys_pages_read(sy_vm_qmp(s->p.vm), base, pages, s->format, s->got, s->mapped, error)) {
        return false;
    }
    s->pages += pages;
    if (s->fault && FAULT_ADDRESS >= base && FAULT_ADDRESS - base < pages * PAGE) {
        s->got[FAULT_ADDRESS - base] ^= FAULT_BIT;
        s->fault = false;
    }
    return true;
}

/* Of the pages that were read, `pages` from `from` on must be `mapped`; if one is not, all its
 * bytes are wrong. */
static void check_mapped(Correct *s, uint64_t base, guint from, guint pages, bool mapped)
{
    for (guint i = from; i < from + pages; i++) {
        if (s->mapped[i] != mapped) {
            if (s->wrong.bytes == 0) {
                s->wrong.address = base + i * PAGE;
                s->wrong.got = s->wrong.want = s->got[i * PAGE];
            }
            s->wrong.bytes += PAGE;
        }
    }
}

/* Of the pages read at `base`, `pages` from `from` on must hold what the guest wrote. */
static void check_own(Correct *s, uint64_t base, guint from, guint pages)
{
    const gsize offset = from * PAGE;

    pages_expect(s->p.seed, base + offset, s->want + offset, pages * PAGE);
    pages_compare(&s->wrong, base + offset, s->got + offset, s->want + offset, pages * PAGE);
    check_mapped(s, base, from, pages, true);
}

static void check_nothing(Correct *s, uint64_t base, guint from, guint pages)
{
    const gsize offset = from * PAGE;

    memset(s->want + offset, 0, pages * PAGE);
    pages_compare(&s->wrong, base + offset, s->got + offset, s->want + offset, pages * PAGE);
    check_mapped(s, base, from, pages, false);
}

/* What was read at `base` must be what pmemsave returns. */
static bool check_witness(Correct *s, uint64_t base, guint pages, GError **error)
{
    if (!sy_vm_read_memory(s->p.vm, base, pages * PAGE, s->want, error)) {
        return false;
    }
    pages_compare(&s->wrong, base, s->got, s->want, pages * PAGE);
    return true;
}

static bool compare_own(SyCase *c, GError **error)
{
    Correct *s = c->state;
    g_autoptr(GArray) plan = pages_plan(pattern_vm_own, pattern_vm_own_count,
                                        (guint)sy_case_int(c, "pages"), c->repetition + 1);

    for (guint i = 0; i < plan->len; i++) {
        const PagesRequest r = g_array_index(plan, PagesRequest, i);

        if (!read_pages(s, r.base, r.pages, error)) {
            return false;
        }
        check_own(s, r.base, 0, r.pages);
        if (i % WITNESS_EVERY == 0 && !check_witness(s, r.base, r.pages, error)) {
            return false;
        }
        sy_case_alive(c);
    }
    return true;
}

/* Both sides of each end of RAM; at 4 GiB these are ROM and RAM. */
static bool compare_edges(Correct *s, GError **error)
{
    const uint64_t low = PATTERN_VM_LOW_END - PAGE, high = PATTERN_VM_HIGH_END - PAGE,
                   middle = PATTERN_VM_4G - PAGE;

    if (!read_pages(s, low, 2, error)) {
        return false;
    }
    check_own(s, low, 0, 1);
    check_nothing(s, low, 1, 1);
    if (!read_pages(s, middle, 2, error)) {
        return false;
    }
    check_own(s, middle, 1, 1);
    check_mapped(s, middle, 0, 1, true);
    if (!check_witness(s, middle, 2, error) || !read_pages(s, high, 2, error)) {
        return false;
    }
    check_own(s, high, 0, 1);
    check_nothing(s, high, 1, 1);
    return true;
}

static bool compare_rom(SyCase *c, GError **error)
{
    const guint pages = PATTERN_VM_ROM_BYTES / PAGE;
    Correct *s = c->state;
    uint64_t sum = PATTERN_SUM_START;

    if (!read_pages(s, PATTERN_VM_ROM_BASE, pages, error) ||
        !check_witness(s, PATTERN_VM_ROM_BASE, pages, error)) {
        return false;
    }
    check_mapped(s, PATTERN_VM_ROM_BASE, 0, pages, true);
    for (gsize i = 0; i < PATTERN_VM_ROM_BYTES; i += 8) {
        guint64 word;

        memcpy(&word, s->got + i, 8);
        sum = pattern_sum(sum, GUINT64_FROM_LE(word));
    }
    if (sum != s->p.rom_sum) {
        sy_case_evidence(c,
                         "the ROM differs: the guest computed the checksum 0x%016" G_GINT64_MODIFIER
                         "x, query-phys-pages' bytes have 0x%016" G_GINT64_MODIFIER "x",
                         (guint64)s->p.rom_sum, (guint64)sum);
        s->wrong.bytes++;
        s->wrong.address = PATTERN_VM_ROM_BASE;
    }
    return true;
}

static bool compare_nothing(Correct *s, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(nothing); i++) {
        const guint pages = (guint)(nothing[i].bytes / PAGE);

        if (!read_pages(s, nothing[i].base, pages, error)) {
            return false;
        }
        check_nothing(s, nothing[i].base, 0, pages);
    }
    return true;
}

/* The page that vCPU 1 writes: whole words while it runs, and the same page each time while it is
 * stopped. */
static bool compare_changing(SyCase *c, GError **error)
{
    Correct *s = c->state;
    uint8_t first[SY_PHYS_PAGE_BYTES];
    bool changed = false;

    for (guint i = 0; i < CHANGING_LOOKS; i++) {
        if (!read_pages(s, PATTERN_CHANGING_BASE, 1, error)) {
            return false;
        }
        check_mapped(s, PATTERN_CHANGING_BASE, 0, 1, true);
        s->torn += pages_torn_words(PATTERN_CHANGING_BASE, s->got, PAGE);
        if (i == 0) {
            memcpy(first, s->got, PAGE);
        } else if (s->stopped) {
            pages_compare(&s->wrong, PATTERN_CHANGING_BASE, s->got, first, PAGE);
        } else {
            changed = changed || memcmp(first, s->got, PAGE) != 0;
        }
    }
    if (!s->stopped && !changed) {
        sy_case_inconclusive(c,
                             "vCPU 1 did not write its page while steelyard read it %d times: the "
                             "host did not let it run",
                             CHANGING_LOOKS);
    }
    return !s->stopped || check_witness(s, PATTERN_CHANGING_BASE, 1, error);
}

static bool compare_all(SyCase *c, GError **error)
{
    Correct *s = c->state;

    return compare_own(c, error) && compare_edges(s, error) && compare_rom(c, error) &&
           compare_nothing(s, error) && compare_changing(c, error);
}

static bool correct_measure(SyCase *c, GError **error)
{
    Correct *s = c->state;
    guint64 own_words = 0;
    bool ok;

    s->pages = 0;
    s->wrong = (PagesWrong){0};
    s->torn = 0;
    s->fault = sy_faults_has(c->env->faults, "page-bit");
    if (!set_running(s, false, error)) {
        return false;
    }
    ok = compare_all(c, error);
    if (!set_running(s, true, ok ? error : NULL) || !ok ||
        !pattern_vm_verify(&s->p, &own_words, error)) {
        return false;
    }
    if (own_words > 0) {
        sy_case_evidence(c, "the guest found %" G_GUINT64_FORMAT " words of its memory changed",
                         own_words);
    }
    if (s->wrong.bytes > 0) {
        sy_case_evidence(
            c, "first wrong byte at 0x%016" G_GINT64_MODIFIER "x: 0x%02x, expected 0x%02x%s",
            (guint64)s->wrong.address, s->wrong.got, s->wrong.want,
            s->wrong.got == s->wrong.want ? " (the reply's `mapped` is wrong)" : "");
    }
    sy_case_sample(c, "wrong_bytes", (double)(s->wrong.bytes + own_words * 8));
    sy_case_sample(c, "torn_words", s->torn);
    sy_case_sample(c, "pages_compared", (double)s->pages);
    return sy_vm_check(s->p.vm, error);
}

static void correct_teardown(SyCase *c)
{
    Correct *s = c->state;

    pattern_vm_stop(&s->p);
    g_free(s);
}

static const SyParamSpec correct_params[] = {
    {.name = "format",
     .type = SY_PARAM_STRING,
     .value = "base64",
     .choices = "rows,base64",
     .key = true,
     .summary = "how the reply encodes the bytes"},
    {.name = "state",
     .type = SY_PARAM_STRING,
     .value = "running",
     .choices = "running,stopped",
     .key = true,
     .summary = "whether the guest runs meanwhile"},
    {.name = "pages",
     .type = SY_PARAM_INT,
     .value = "0",
     .min = 0,
     .max = 1000000,
     .summary = "how many of the guest's pages each repetition compares; 0: all"},
    PATTERN_VM_PARAMS,
    {0},
};

/* A gate of 0 would mean none; half a byte means none may be wrong. */
static const SyMetricSpec correct_metrics[] = {
    {.name = "wrong_bytes",
     .unit = "bytes",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary =
         "bytes that differ from what the guest wrote, pmemsave returns or the memory map says"},
    {.name = "torn_words",
     .unit = "words",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary =
         "8-byte words, of a page that the guest is writing, that are half old and half new"},
    {.name = "pages_compared",
     .unit = "pages",
     .better = SY_BETTER_HIGHER,
     .summary = "pages read and compared"},
    {0},
};

const SyWorkload sy_workload_pages_correct = {
    .version = SY_WORKLOAD_VERSION,
    .name = "pages.correct",
    .summary = "whether query-phys-pages returns what the guest wrote, byte for byte",
    .groups = "pages",
    .faults = (const char *const[]){"page-bit", NULL},
    .requires_if = pattern_vm_requires_if,
    .params = correct_params,
    .metrics = correct_metrics,
    .setup = correct_setup,
    .measure = correct_measure,
    .teardown = correct_teardown,
};

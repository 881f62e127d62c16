/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pages/plan.h"

#include <unistd.h>

#include "guests/pattern/layout.h"
#include "tests/check.h"
#include "vm/phys-pages.h"
#include "workloads/pages/peak-memory.h"

#define PAGES_OF(range) ((guint)((range).bytes / SY_PHYS_PAGE_BYTES))

static const PatternRange ranges[] = {{0x1000, 0x7000}, {0x400000, 0xC00000}};

Test(pages_plan, takes_every_page_once_in_requests_of_all_sizes)
{
    g_autoptr(GArray) plan = pages_plan(ranges, 2, 0, 1);
    guint64 pages = 0, sizes = 0;
    g_autofree guint *seen = g_new0(guint, 0x1000);

    for (guint i = 0; i < plan->len; i++) {
        PagesRequest r = g_array_index(plan, PagesRequest, i);

        cr_assert(r.pages >= 1 && r.pages <= SY_PHYS_PAGES_MAX);
        sizes |= UINT64_C(1) << (r.pages - 1);
        pages += r.pages;
        for (guint k = 0; k < r.pages; k++) {
            guint *times = &seen[r.base / SY_PHYS_PAGE_BYTES + k];

            cr_assert_eq(*times, 0);
            (*times)++;
        }
    }
    cr_assert_eq(pages, PAGES_OF(ranges[0]) + PAGES_OF(ranges[1]));
    cr_assert_eq(sizes, UINT64_MAX);
}

Test(pages_plan, the_order_is_random_and_follows_the_seed)
{
    g_autoptr(GArray) one = pages_plan(ranges, 2, 0, 1), again = pages_plan(ranges, 2, 0, 1),
                      other = pages_plan(ranges, 2, 0, 2);
    guint ascending = 0;

    cr_assert_eq(one->len, again->len);
    cr_assert_arr_eq(one->data, again->data, one->len * sizeof(PagesRequest));
    cr_assert(one->len != other->len ||
              memcmp(one->data, other->data, one->len * sizeof(PagesRequest)) != 0);
    for (guint i = 1; i < one->len; i++) {
        ascending +=
            g_array_index(one, PagesRequest, i).base > g_array_index(one, PagesRequest, i - 1).base;
    }
    cr_assert_lt(ascending, one->len * 3 / 4);
}

Test(pages_plan, a_limited_plan_ends_with_the_request_that_reaches_the_limit)
{
    g_autoptr(GArray) plan = pages_plan(ranges, 2, 100, 1);
    guint pages = 0;

    for (guint i = 0; i < plan->len; i++) {
        cr_assert_lt(pages, 100);
        pages += g_array_index(plan, PagesRequest, i).pages;
    }
    cr_assert(pages >= 100 && pages < 100 + SY_PHYS_PAGES_MAX);
}

Test(pages_plan, a_flipped_bit_is_counted_and_located)
{
    uint8_t got[2 * SY_PHYS_PAGE_BYTES], want[sizeof(got)];
    PagesWrong wrong = {0};

    pages_expect(7, 0x5000, got, sizeof(got));
    pages_expect(7, 0x5000, want, sizeof(want));
    pages_compare(&wrong, 0x5000, got, want, sizeof(got));
    cr_assert_eq(wrong.bytes, 0);
    got[0x1234] ^= 0x10;
    got[0x1300] ^= 0x01;
    pages_compare(&wrong, 0x5000, got, want, sizeof(got));
    cr_assert_eq(wrong.bytes, 2);
    cr_assert_eq(wrong.address, 0x6234);
    cr_assert_eq(wrong.got ^ wrong.want, 0x10);
}

Test(pages_plan, a_page_starts_with_its_address_and_all_its_words_differ)
{
    uint8_t bytes[2 * SY_PHYS_PAGE_BYTES];
    g_autoptr(GHashTable) words = g_hash_table_new(g_int64_hash, g_int64_equal);

    pages_expect(7, UINT64_C(0x100000000), bytes, sizeof(bytes));
    cr_assert_eq(GUINT64_FROM_LE(*(guint64 *)(gpointer)(bytes + SY_PHYS_PAGE_BYTES)),
                 UINT64_C(0x100001000));
    for (gsize i = 0; i < sizeof(bytes); i += 8) {
        cr_assert(g_hash_table_add(words, bytes + i), "at %zu", i);
    }
}

Test(pages_plan, a_word_of_two_halves_is_torn)
{
    guint64 words[SY_PHYS_PAGE_BYTES / 8];
    const uint64_t base = PATTERN_CHANGING_BASE;

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) { /* some old, some new: each whole */
        words[i] = GUINT64_TO_LE(pattern_changing_word(i < 100 ? 8 : 7, base + i * 8));
    }
    cr_assert_eq(pages_torn_words(base, (const uint8_t *)words, sizeof(words)), 0);
    words[9] = (words[9] & ~UINT64_C(0xFFFFFFFF)) |
               (pattern_changing_word(7, base + 9 * 8) & UINT64_C(0xFFFFFFFF));
    words[20] = 0;
    cr_assert_eq(pages_torn_words(base, (const uint8_t *)words, sizeof(words)), 2);
}

#define ROLLUP "00400000-7ffd [rollup]\nRss:          10 kB\nPss: 1 kB\n"
#define STATUS "Name:\tqemu\nVmHWM:\t   20 kB\nVmRSS:\t   10 kB\n"
#define STAT "7 (a) b) S 1 7 7 0 -1 4194560 123 0 5 0\n"

Test(peak_memory, reads_all_three_values_and_refuses_fewer)
{
    PeakMemory m;

    cr_assert(peak_memory_parse(ROLLUP, STATUS, STAT, &m));
    cr_assert_eq(m.now_bytes, 10 * 1024);
    cr_assert_eq(m.peak_bytes, 20 * 1024);
    cr_assert_eq(m.faults, 123);
    cr_assert(!peak_memory_parse("", STATUS, STAT, &m));
    cr_assert(!peak_memory_parse(ROLLUP, "Name:\tqemu\nVmHWM:\tx kB\n", STAT, &m));
    cr_assert(!peak_memory_parse(ROLLUP, STATUS, "7 (qemu) S 1 7", &m));
    cr_assert(!peak_memory_parse(ROLLUP, STATUS, "", &m));
}

Test(peak_memory, growth_is_the_larger_of_two_counts)
{
    const double page = (double)sysconf(_SC_PAGESIZE);
    const PeakMemory before = {.peak_bytes = 10 * page, .faults = 5};

    cr_assert_eq(peak_memory_growth(&before, &(PeakMemory){.peak_bytes = 10 * page, .faults = 8}),
                 3 * page);
    cr_assert_eq(peak_memory_growth(&before, &(PeakMemory){.peak_bytes = 500 * page, .faults = 6}),
                 490 * page);
}

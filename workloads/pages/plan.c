/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pages/plan.h"

#include <string.h>

#include "guests/pattern/layout.h"
#include "vm/phys-pages.h"

static void shuffle_sizes(guint *sizes, GRand *rand)
{
    for (guint i = 0; i < SY_PHYS_PAGES_MAX; i++) {
        sizes[i] = i + 1;
    }
    for (guint i = SY_PHYS_PAGES_MAX - 1; i > 0; i--) {
        guint other = (guint)g_rand_int_range(rand, 0, (gint32)i + 1), size = sizes[i];

        sizes[i] = sizes[other];
        sizes[other] = size;
    }
}

static void shuffle(GArray *requests, GRand *rand)
{
    PagesRequest *r = (PagesRequest *)(gpointer)requests->data;

    for (guint i = requests->len; i > 1; i--) {
        guint other = (guint)g_rand_int_range(rand, 0, (gint32)i);
        PagesRequest request = r[i - 1];

        r[i - 1] = r[other];
        r[other] = request;
    }
}

static void cut_off(GArray *requests, guint limit)
{
    guint pages = 0;

    for (guint i = 0; limit && i < requests->len; i++) {
        pages += g_array_index(requests, PagesRequest, i).pages;
        if (pages >= limit) {
            g_array_set_size(requests, i + 1);
        }
    }
}

GArray *pages_plan(const PatternRange *ranges, guint count, guint limit, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    GArray *requests = g_array_new(FALSE, FALSE, sizeof(PagesRequest));
    guint sizes[SY_PHYS_PAGES_MAX], turn = SY_PHYS_PAGES_MAX;

    for (guint i = 0; i < count; i++) {
        guint left = (guint)(ranges[i].bytes / SY_PHYS_PAGE_BYTES);
        PagesRequest request = {.base = ranges[i].base};

        for (; left > 0; left -= request.pages) {
            if (turn == SY_PHYS_PAGES_MAX) {
                shuffle_sizes(sizes, rand);
                turn = 0;
            }
            request.pages = MIN(sizes[turn], left);
            /* A size that did not fit here stays due. */
            turn += request.pages == sizes[turn];
            g_array_append_val(requests, request);
            request.base += (uint64_t)request.pages * SY_PHYS_PAGE_BYTES;
        }
    }
    shuffle(requests, rand);
    cut_off(requests, limit);
    g_rand_free(rand);
    return requests;
}

void pages_compare(PagesWrong *wrong, uint64_t base, const uint8_t *got, const uint8_t *want,
                   gsize n)
{
    if (memcmp(got, want, n) == 0) {
        return;
    }
    for (gsize i = 0; i < n; i++) {
        if (got[i] != want[i] && wrong->bytes++ == 0) {
            wrong->address = base + i;
            wrong->got = got[i];
            wrong->want = want[i];
        }
    }
}

void pages_expect(uint64_t seed, uint64_t base, uint8_t *bytes, gsize n)
{
    for (gsize i = 0; i + 8 <= n; i += 8) {
        guint64 word = GUINT64_TO_LE(pattern_word(seed, base + i));

        memcpy(bytes + i, &word, 8);
    }
}

guint pages_torn_words(uint64_t base, const uint8_t *bytes, gsize n)
{
    guint torn = 0;

    for (gsize i = 0; i + 8 <= n; i += 8) {
        guint64 word;

        memcpy(&word, bytes + i, 8);
        torn += !pattern_changing_valid(GUINT64_FROM_LE(word), base + i);
    }
    return torn;
}

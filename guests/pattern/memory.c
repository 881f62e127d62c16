/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"
#include "layout.h"

#define PAUSE_TURNS 1000000

uint64_t memory_fill(uintptr_t range)
{
    const struct range *r = (const struct range *)range;

    for (uint64_t at = r->base; at < r->base + r->size; at += 8) {
        *(volatile uint64_t *)at = pattern_word(r->seed, at);
    }
    return 0;
}

uint64_t memory_check(uintptr_t range)
{
    struct range *r = (struct range *)range;

    r->wrong = 0;
    for (uint64_t at = r->base; at < r->base + r->size; at += 8) {
        if (*(volatile uint64_t *)at != pattern_word(r->seed, at) && r->wrong++ == 0) {
            r->first = at;
        }
    }
    return r->wrong;
}

void memory_change(uintptr_t unused)
{
    struct pattern_area *area = (struct pattern_area *)PATTERN_AREA_BASE;

    (void)unused;
    for (uint32_t round = 1;; round++) {
        for (uint64_t at = 0; at < PATTERN_PAGE; at += 8) {
            *(volatile uint64_t *)(PATTERN_CHANGING_BASE + at) =
                pattern_changing_word(round, PATTERN_CHANGING_BASE + at);
        }
        area->rounds++;
    }
}

uint64_t memory_pause(uintptr_t unused)
{
    (void)unused;
    for (unsigned i = 0; i < PAUSE_TURNS; i++) {
        __asm__ volatile("" : : : "memory");
    }
    return 0;
}

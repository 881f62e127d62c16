/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages to ask for in which order, and how the replies differ from what is expected. Pure. */
#ifndef SY_WORKLOADS_PAGES_PLAN_H
#define SY_WORKLOADS_PAGES_PLAN_H

#include <glib.h>
#include <stdint.h>

#include "workloads/pages/pattern-vm.h"

/* One request: up to 64 consecutive pages. */
typedef struct {
    uint64_t base;
    guint pages;
} PagesRequest;

/*
 * Cuts `ranges` into requests that together cover every page once, in random order, and keeps the
 * first of them until they have at least `limit` pages (0: all). Every size from 1 to 64 occurs in
 * turn, in random order, except where a range ends. The same `seed` gives the same plan. The caller
 * frees the array of PagesRequest.
 */
GArray *pages_plan(const PatternRange *ranges, guint count, guint limit, guint32 seed);

/* How bytes that were read differ from the expected ones. */
typedef struct {
    guint64 bytes;     /* number of bytes that differ */
    uint64_t address;  /* address of the first of them; undefined if there is none */
    uint8_t got, want; /* values at that address */
} PagesWrong;

/* Adds to `wrong` the differences between `n` bytes at guest-physical `base`. */
void pages_compare(PagesWrong *wrong, uint64_t base, const uint8_t *got, const uint8_t *want,
                   gsize n);

/* Fills bytes[0..n-1] with what the guest `pattern` has at `base`, a multiple of 8. */
void pages_expect(uint64_t seed, uint64_t base, uint8_t *bytes, gsize n);

/* How many words of the guest's changing page can never have been there. */
guint pages_torn_words(uint64_t base, const uint8_t *bytes, gsize n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages to ask for in which order, and what is wrong with what came. Pure. */
#ifndef SY_WORKLOADS_PAGES_PLAN_H
#define SY_WORKLOADS_PAGES_PLAN_H

#include <glib.h>
#include <stdint.h>

#include "workloads/pages/pattern-vm.h"

/* One request: up to 64 pages in a row. */
typedef struct {
    uint64_t base;
    guint pages;
} PagesRequest;

/*
 * Cuts `ranges` into requests that together are every page of them once, in random order, and takes
 * the first of these until they are `limit` pages or a little more (0: all). Sizes are all from 1
 * to 64 by turns, in random order, but where a range ends. The same `seed`, the same plan. An array
 * of PagesRequest that the caller frees.
 */
GArray *pages_plan(const PatternRange *ranges, guint count, guint limit, guint32 seed);

/* How bytes that were read differ from those that were to be expected. */
typedef struct {
    guint64 bytes;     /* that differ */
    uint64_t address;  /* of the first of them; undefined if there are none */
    uint8_t got, want; /* there */
} PagesWrong;

/* Adds the differences between `n` bytes at guest-physical `base` to `wrong`. */
void pages_compare(PagesWrong *wrong, uint64_t base, const uint8_t *got, const uint8_t *want,
                   gsize n);

/* Writes what the guest `pattern` has at `base` (a multiple of 8) into bytes[], n of them. */
void pages_expect(uint64_t seed, uint64_t base, uint8_t *bytes, gsize n);

/* How many of the words of the guest's changing page can never have stood there. */
guint pages_torn_words(uint64_t base, const uint8_t *bytes, gsize n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the guest `pattern` does to memory; runs in ring 3 (lib/user.h), where it is fast
 * everywhere. Arguments are addresses, because user_call() passes addresses.
 */
#ifndef GUESTS_PATTERN_MEMORY_H
#define GUESTS_PATTERN_MEMORY_H

#include <stdint.h>

/* A range of memory that the guest owns, and what a check of it found. */
struct range {
    uint64_t base;
    uint64_t size; /* bytes, whole pages */
    uint64_t seed;
    uint64_t wrong; /* number of wrong words */
    uint64_t first; /* address of the first wrong word */
};

/* Writes the pattern into a struct range. Returns 0. */
uint64_t memory_fill(uintptr_t range);

/* Counts the wrong words of a struct range. Returns their number. */
uint64_t memory_check(uintptr_t range);

/* Writes the changing page forever. */
void memory_change(uintptr_t unused);

/* Waits a few milliseconds. Returns 0. */
uint64_t memory_pause(uintptr_t unused);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The work of the guest `pattern` on memory, to be run in ring 3 (lib/user.h), where it is fast
 * everywhere. Arguments are addresses, because that is what user_call() hands over.
 */
#ifndef GUESTS_PATTERN_MEMORY_H
#define GUESTS_PATTERN_MEMORY_H

#include <stdint.h>

/* A range of memory the guest owns, and what a check of it found. */
struct range {
    uint64_t base;
    uint64_t size; /* bytes, whole pages */
    uint64_t seed;
    uint64_t wrong; /* words */
    uint64_t first; /* address of the first of them */
};

/* Writes the pattern into a struct range. Returns 0. */
uint64_t memory_fill(uintptr_t range);

/* Counts the wrong words of a struct range. Returns their number. */
uint64_t memory_check(uintptr_t range);

/* Writes the changing page for ever. */
void memory_change(uintptr_t unused);

/* Lets some time pass: milliseconds. Returns 0. */
uint64_t memory_pause(uintptr_t unused);

#endif

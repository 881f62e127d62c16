/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the guest `pattern` writes into its physical memory, a function of the address alone, for
 * comparison from outside. Included by the guest and by host code. Little-endian.
 *
 * Valid once the guest has printed the ready line. From then on the ranges it owns stay the same;
 * the changing page keeps changing, 8 bytes at a time, if there is a second vCPU.
 */
#ifndef GUESTS_PATTERN_LAYOUT_H
#define GUESTS_PATTERN_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_VERSION 1u
#define PATTERN_PAGE 4096u
#define PATTERN_RANGES_MAX 8u

/* Guest physical addresses: struct pattern_area, and the page that vCPU 1 keeps writing. */
#define PATTERN_AREA_BASE 0x200000u
#define PATTERN_CHANGING_BASE 0x201000u
/* The guest itself lies below this, except for the pages from PATTERN_LOW_BASE to
 * PATTERN_LOW_LIMIT. */
#define PATTERN_OWN_BASE 0x202000u
#define PATTERN_LOW_BASE 0x1000u
#define PATTERN_LOW_LIMIT 0x8000u

/* On a cache line of its own: how often vCPU 1 wrote the whole page. */
struct pattern_area {
    volatile uint64_t rounds;
    uint8_t reserved[56];
};

/* The word at `address`, a multiple of 8, of a range that the guest owns. A page's first word
 * is its address, so a page that turns up in the place of another shows it; all other words
 * differ. */
static inline uint64_t pattern_word(uint64_t seed, uint64_t address)
{
    uint64_t z = (address ^ seed) + UINT64_C(0x9E3779B97F4A7C15);

    if (address % PATTERN_PAGE == 0) {
        return address;
    }
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Connects the two halves of a word of the changing page. */
static inline uint32_t pattern_tie(uint64_t address)
{
    return (uint32_t)address * UINT32_C(2654435761);
}

/* The word at `address` of the changing page in round `round`. All bytes of it change every time.
 */
static inline uint64_t pattern_changing_word(uint32_t round, uint64_t address)
{
    const uint32_t high = round * UINT32_C(0x9E3779B1);

    return (uint64_t)high << 32 | (high ^ pattern_tie(address));
}

/* Could `word` have been at `address` of the changing page? A word made of two halves could not. */
static inline bool pattern_changing_valid(uint64_t word, uint64_t address)
{
    return (uint32_t)(word >> 32) == ((uint32_t)word ^ pattern_tie(address));
}

/* One step of the checksum over a ROM's words (FNV-1a, 64 bits at a time), which starts with
 * PATTERN_SUM_START. */
#define PATTERN_SUM_START UINT64_C(0xCBF29CE484222325)
static inline uint64_t pattern_sum(uint64_t sum, uint64_t word)
{
    return (sum ^ word) * UINT64_C(0x100000001B3);
}

_Static_assert(sizeof(struct pattern_area) == 64, "one cache line");

#endif

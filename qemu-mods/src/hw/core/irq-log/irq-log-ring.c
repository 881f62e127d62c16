/*
 * A ring of IRQ records that any number of threads write to without locks
 *
 * Each slot is a sequence lock of its own.  A writer claims it by moving its
 * state from "whole" to "being written", and no other may write until it is
 * whole again.  A writer that comes round meanwhile gives up its own record,
 * and with it the one it would have overwritten, so that LOST stays LOST.  All
 * words of a record are atomic: a reader that is overtaken reads garbage and
 * notices it, but there is never a data race.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* No QEMU header here, not even qemu/osdep.h: see irq-log-ring.h. */
#include "irq-log-ring.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(IrqLogRecord) == IRQ_LOG_RECORD_WORDS * 8,
               "a record is whole words");
_Static_assert(sizeof(IrqLogSlot) == 64, "a slot is a cache line");

/* TSan does not know fences; all accesses between them are atomic anyway. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

/* A test makes a writer stall here, its slot claimed and half written. */
#ifndef IRQ_LOG_RING_STALL
#define IRQ_LOG_RING_STALL() ((void)0)
#endif

static uint64_t load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static uint64_t load_acquire(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

bool irq_log_entries_valid(uint64_t entries)
{
    return entries >= IRQ_LOG_ENTRIES_MIN && entries <= IRQ_LOG_ENTRIES_MAX &&
           (entries & (entries - 1)) == 0;
}

/* @size is a multiple of 64; zeroed. */
static void *alloc_lines(size_t size)
{
    void *memory = aligned_alloc(64, size);

    g_assert(memory);
    memset(memory, 0, size);
    return memory;
}

IrqLogRing *irq_log_ring_new(uint64_t entries, uint64_t first)
{
    IrqLogRing *ring = alloc_lines(sizeof(*ring));

    ring->next = first;
    ring->first = first;
    ring->mask = entries - 1;
    ring->slots = alloc_lines(entries * sizeof(*ring->slots));
    ring->given_up = g_new0(uint64_t, entries);
    ring->refs = 1;
    return ring;
}

IrqLogRing *irq_log_ring_ref(IrqLogRing *ring)
{
    __atomic_fetch_add(&ring->refs, 1, __ATOMIC_RELAXED);
    return ring;
}

void irq_log_ring_unref(IrqLogRing *ring)
{
    if (ring && __atomic_fetch_sub(&ring->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        free(ring->slots);
        g_free(ring->given_up);
        free(ring);
    }
}

uint64_t irq_log_ring_entries(const IrqLogRing *ring)
{
    return ring->mask + 1;
}

/* The largest number stays, whoever writes last. */
static void give_up(IrqLogRing *ring, uint64_t sequence)
{
    uint64_t *word = &ring->given_up[sequence & ring->mask];
    uint64_t old = load(word);

    while (old < sequence &&
           !__atomic_compare_exchange_n(word, &old, sequence, true,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
}

uint64_t irq_log_ring_put(IrqLogRing *ring, const IrqLogRecord *record)
{
    uint64_t sequence = __atomic_fetch_add(&ring->next, 1, __ATOMIC_RELAXED);
    IrqLogSlot *slot = &ring->slots[sequence & ring->mask];
    uint64_t state = load(&slot->state);
    uint64_t words[IRQ_LOG_RECORD_WORDS];

    do {
        if (state & 1) {                /* another thread is writing */
            if (state < 2 * sequence) {
                give_up(ring, sequence);
            }
            return sequence;
        }
        if (state > 2 * sequence) {     /* overtaken: already overwritten */
            return sequence;
        }
    } while (!__atomic_compare_exchange_n(&slot->state, &state,
                                          2 * sequence - 1, true,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));

    /* The claim is seen before any word, and "whole" after every word. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(words, record, sizeof(words));
    for (int i = 0; i < IRQ_LOG_RECORD_WORDS; i++) {
        store(&slot->words[i], words[i]);
        if (i == IRQ_LOG_RECORD_WORDS / 2) {
            IRQ_LOG_RING_STALL();
        }
    }
    __atomic_store_n(&slot->state, 2 * sequence, __ATOMIC_RELEASE);
    return sequence;
}

/* Numbers only grow, so this, too, is final. */
static bool is_given_up(IrqLogRing *ring, uint64_t sequence)
{
    return load_acquire(&ring->given_up[sequence & ring->mask]) >= sequence;
}

IrqLogState irq_log_ring_get(IrqLogRing *ring, uint64_t sequence,
                             IrqLogRecord *record)
{
    IrqLogSlot *slot = &ring->slots[sequence & ring->mask];
    uint64_t words[IRQ_LOG_RECORD_WORDS];
    uint64_t state = load_acquire(&slot->state);

    /*
     * Its slot may belong to a newer record whose writer has not begun yet:
     * it is lost for irq_log_ring_oldest(), and so it must be for everyone.
     */
    if (sequence < irq_log_ring_oldest(ring, load(&ring->next)) ||
        state > 2 * sequence) {
        return IRQ_LOG_LOST;
    }
    if (state == 2 * sequence) {
        for (int i = 0; i < IRQ_LOG_RECORD_WORDS; i++) {
            words[i] = load(&slot->words[i]);
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (load(&slot->state) != state || is_given_up(ring, sequence)) {
            return IRQ_LOG_LOST;
        }
        memcpy(record, words, sizeof(words));
        return IRQ_LOG_PRESENT;
    }
    if (is_given_up(ring, sequence)) {
        return IRQ_LOG_LOST;
    }
    return sequence < load(&ring->next) ? IRQ_LOG_PENDING : IRQ_LOG_NONE;
}

uint64_t irq_log_ring_next(const IrqLogRing *ring)
{
    return load_acquire(&ring->next);
}

uint64_t irq_log_ring_oldest(const IrqLogRing *ring, uint64_t next)
{
    uint64_t entries = ring->mask + 1;

    return next - ring->first > entries ? next - entries : ring->first;
}

/*
 * A ring of IRQ records: one thread at a time writes, any number read
 *
 * Each slot is a sequence lock: its number is 0 while a record is written.  All
 * words of a record are atomic: a reader that is overtaken reads garbage and
 * notices it, but there is never a data race.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* No QEMU header here, not even qemu/osdep.h: see irq-log-ring.h. */
#include "irq-log-ring.h"

#include <glib.h>
#include <string.h>

_Static_assert(sizeof(IrqLogRecord) == IRQ_LOG_RECORD_WORDS * 8,
               "a record is whole words");
_Static_assert(sizeof(IrqLogSlot) == 64, "a slot is a cache line");

/* TSan does not know fences; all accesses between them are atomic anyway. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif

/* A test makes a writer stall here, its record half written. */
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

static void store_release(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

bool irq_log_entries_valid(uint64_t entries)
{
    return entries >= IRQ_LOG_ENTRIES_MIN && entries <= IRQ_LOG_ENTRIES_MAX &&
           (entries & (entries - 1)) == 0;
}

IrqLogRing *irq_log_ring_new(uint64_t entries, uint64_t first)
{
    IrqLogRing *ring = g_new0(IrqLogRing, 1);
    uintptr_t aligned;

    ring->next = first;
    ring->first = first;
    ring->mask = entries - 1;
    /* Zeroed by calloc(), which for much memory does not touch it. */
    ring->memory = g_malloc0((entries + 1) * sizeof(*ring->slots));
    aligned = ((uintptr_t)ring->memory + sizeof(*ring->slots) - 1) &
              ~(uintptr_t)(sizeof(*ring->slots) - 1);
    ring->slots = (IrqLogSlot *)aligned;
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
        g_free(ring->memory);
        g_free(ring);
    }
}

uint64_t irq_log_ring_entries(const IrqLogRing *ring)
{
    return ring->mask + 1;
}

uint64_t irq_log_ring_put(IrqLogRing *ring, const IrqLogRecord *record)
{
    uint64_t sequence = load(&ring->next);
    IrqLogSlot *slot = &ring->slots[sequence & ring->mask];
    uint64_t words[IRQ_LOG_RECORD_WORDS];

    /* That it is being written is seen before any word, its number last. */
    store(&slot->sequence, 0);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(words, record, sizeof(words));
    for (int i = 0; i < IRQ_LOG_RECORD_WORDS; i++) {
        store(&slot->words[i], words[i]);
        if (i == IRQ_LOG_RECORD_WORDS / 2) {
            IRQ_LOG_RING_STALL();
        }
    }
    store_release(&slot->sequence, sequence);
    store_release(&ring->next, sequence + 1);
    return sequence;
}

IrqLogState irq_log_ring_get(const IrqLogRing *ring, uint64_t sequence,
                             IrqLogRecord *record)
{
    const IrqLogSlot *slot = &ring->slots[sequence & ring->mask];
    uint64_t words[IRQ_LOG_RECORD_WORDS];

    if (sequence >= irq_log_ring_next(ring)) {
        return IRQ_LOG_NONE;
    }
    if (sequence < ring->first || load_acquire(&slot->sequence) != sequence) {
        return IRQ_LOG_LOST;
    }
    for (int i = 0; i < IRQ_LOG_RECORD_WORDS; i++) {
        words[i] = load(&slot->words[i]);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (load(&slot->sequence) != sequence) {
        return IRQ_LOG_LOST;
    }
    memcpy(record, words, sizeof(words));
    return IRQ_LOG_PRESENT;
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

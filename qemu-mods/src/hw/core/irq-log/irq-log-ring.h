/*
 * A ring of IRQ records: one thread at a time writes, any number read
 *
 * Whoever sets an IRQ holds the big QEMU lock, so there is never more than one
 * writer.  Readers need no lock: that of a sink must not have to wait for a
 * thread that holds the big lock.
 *
 * Pure: no QEMU header, no clock, no lock, no system call.  The same file
 * runs inside QEMU, in unit tests and between threads under TSan.
 *
 * Every record gets a sequence number, from 1 on, without gaps.  The newest
 * overwrite the oldest; nobody ever waits.  A record is in one of these
 * states, and a reader is told which:
 *  - PRESENT: here it is, whole;
 *  - LOST: it was overwritten, or is just being overwritten;
 *  - NONE: there is no record with that number yet.
 * LOST is final, so a count of LOST records is exact.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_RING_H
#define HW_CORE_IRQ_LOG_RING_H

#include <stdbool.h>
#include <stdint.h>

/* All that is known when an IRQ is set; names are looked up later. */
typedef struct IrqLogRecord {
    int64_t time_ns;    /* monotonic clock of the host */
    uint64_t irq;       /* address of the IRQState, its handler and opaque */
    uint64_t handler;
    uint64_t opaque;
    uint64_t caller;    /* return address of qemu_set_irq() */
    uint32_t id;        /* of the IRQState; never used for another */
    int32_t line;       /* IRQState.n */
    int32_t level;
    int32_t tid;        /* the host thread */
} IrqLogRecord;

#define IRQ_LOG_RECORD_WORDS 7

/* One cache line */
typedef struct IrqLogSlot {
    uint64_t sequence;  /* of the record; 0: none, or it is being written */
    uint64_t words[IRQ_LOG_RECORD_WORDS];
} __attribute__((aligned(64))) IrqLogSlot;

typedef struct IrqLogRing {
    uint64_t next;          /* the next sequence number */
    uint64_t first;         /* the first number */
    uint64_t mask;          /* slots - 1 */
    IrqLogSlot *slots;
    void *memory;           /* that the slots lie in */
    int refs;
} IrqLogRing;

typedef enum IrqLogState {
    IRQ_LOG_PRESENT,
    IRQ_LOG_LOST,
    IRQ_LOG_NONE,
} IrqLogState;

/* The number of slots is a power of two in this range. */
#define IRQ_LOG_ENTRIES_MIN 64
#define IRQ_LOG_ENTRIES_MAX (1 << 20)
#define IRQ_LOG_ENTRIES_DEFAULT (1 << 16)

/* Whether a ring can have this number of slots */
bool irq_log_entries_valid(uint64_t entries);

/*
 * A ring with @entries slots, whose first record gets the number @first (at
 * least 1).  Never fails (like g_malloc).  The caller owns a reference.  A
 * large ring gets its pages when they are first written, so this takes
 * microseconds.
 */
IrqLogRing *irq_log_ring_new(uint64_t entries, uint64_t first);

/* Take a reference; drop one, the last of which frees it.  Any thread. */
IrqLogRing *irq_log_ring_ref(IrqLogRing *ring);
void irq_log_ring_unref(IrqLogRing *ring);

/* How many slots it has. */
uint64_t irq_log_ring_entries(const IrqLogRing *ring);

/*
 * Adds a record and returns its number.  Never waits.  The caller sees to it
 * that no other thread adds one at the same time.
 */
uint64_t irq_log_ring_put(IrqLogRing *ring, const IrqLogRecord *record);

/* Copies record @sequence to @record if it is PRESENT.  Any thread. */
IrqLogState irq_log_ring_get(const IrqLogRing *ring, uint64_t sequence,
                             IrqLogRecord *record);

/* The number that the next record will get. */
uint64_t irq_log_ring_next(const IrqLogRing *ring);

/* The oldest number that may still be PRESENT, if @next is the next one. */
uint64_t irq_log_ring_oldest(const IrqLogRing *ring, uint64_t next);

#endif

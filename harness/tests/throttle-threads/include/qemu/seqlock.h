/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: a sequence lock with one writer; an odd number means that a write is in progress. */
#ifndef STAND_IN_QEMU_SEQLOCK_H
#define STAND_IN_QEMU_SEQLOCK_H

#include "qemu/atomic.h"

typedef struct QemuSeqLock {
    unsigned sequence;
} QemuSeqLock;

static inline void seqlock_init(QemuSeqLock *lock)
{
    lock->sequence = 0;
}

static inline void seqlock_write_begin(QemuSeqLock *lock)
{
    qatomic_set(&lock->sequence, lock->sequence + 1);
    smp_wmb();
}

static inline void seqlock_write_end(QemuSeqLock *lock)
{
    smp_wmb();
    qatomic_set(&lock->sequence, lock->sequence + 1);
}

/* Always even, so that a read that begins during a write is retried. */
static inline unsigned seqlock_read_begin(const QemuSeqLock *lock)
{
    unsigned sequence = qatomic_read(&lock->sequence);

    smp_rmb();
    return sequence & ~1U;
}

static inline bool seqlock_read_retry(const QemuSeqLock *lock, unsigned begun)
{
    smp_rmb();
    return qatomic_read(&lock->sequence) != begun;
}

#endif

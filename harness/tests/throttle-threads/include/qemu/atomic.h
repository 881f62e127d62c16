/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stand-in: QEMU's atomics, with the order that docs/devel/atomics.rst promises for each:
 * qatomic_read and qatomic_set are relaxed, the barriers are fences. TSan does not know fences, so
 * it sees no order where QEMU relies on one: the accesses between fences must be atomic themselves.
 */
#ifndef STAND_IN_QEMU_ATOMIC_H
#define STAND_IN_QEMU_ATOMIC_H

#define qatomic_read(ptr) __atomic_load_n(ptr, __ATOMIC_RELAXED)
#define qatomic_set(ptr, value) __atomic_store_n(ptr, value, __ATOMIC_RELAXED)
#define qatomic_read_u64(ptr) qatomic_read(ptr)
#define qatomic_set_u64(ptr, value) qatomic_set(ptr, value)
#define qatomic_inc(ptr) ((void)__atomic_fetch_add(ptr, 1, __ATOMIC_SEQ_CST))
#define qatomic_dec(ptr) ((void)__atomic_fetch_sub(ptr, 1, __ATOMIC_SEQ_CST))

/* gcc says so itself; clang has no such warning. */
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan"
#endif
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)

#endif

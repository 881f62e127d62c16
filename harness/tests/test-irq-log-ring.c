/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IRQ log's ring, one step after another; irq-ring-threads/ has it between threads. */
#include <criterion/criterion.h>
#include <sys/resource.h>
#include <unistd.h>

#include "irq-log-ring.h"

TestSuite(irq_log_ring, .timeout = 60);

static IrqLogRecord numbered(int64_t n)
{
    return (IrqLogRecord){.time_ns = n, .caller = (uint64_t)n * 3, .tid = (int32_t)n};
}

static void put(IrqLogRing *ring, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const IrqLogRecord r = numbered((int64_t)irq_log_ring_next(ring));

        irq_log_ring_put(ring, &r);
    }
}

static void check_present(IrqLogRing *ring, uint64_t sequence)
{
    IrqLogRecord r;

    cr_assert_eq(irq_log_ring_get(ring, sequence, &r), IRQ_LOG_PRESENT);
    cr_assert(r.time_ns == (int64_t)sequence && r.caller == sequence * 3 &&
              r.tid == (int32_t)sequence);
}

static IrqLogState state(IrqLogRing *ring, uint64_t sequence)
{
    IrqLogRecord r;

    return irq_log_ring_get(ring, sequence, &r);
}

Test(irq_log_ring, sizes_are_powers_of_two_within_bounds)
{
    cr_assert(irq_log_entries_valid(64) && irq_log_entries_valid(65536) &&
              irq_log_entries_valid(1 << 20));
    cr_assert(!irq_log_entries_valid(0) && !irq_log_entries_valid(32) &&
              !irq_log_entries_valid(65) && !irq_log_entries_valid(1 << 21) &&
              !irq_log_entries_valid(UINT64_C(1) << 32) && !irq_log_entries_valid(UINT64_MAX));
}

Test(irq_log_ring, what_is_put_in_comes_out_with_its_number)
{
    IrqLogRing *ring = irq_log_ring_new(64, 1);

    cr_assert_eq(irq_log_ring_next(ring), 1);
    cr_assert_eq(state(ring, 0), IRQ_LOG_LOST);
    cr_assert_eq(state(ring, 1), IRQ_LOG_NONE);
    put(ring, 64);
    cr_assert_eq(irq_log_ring_next(ring), 65);
    cr_assert_eq(irq_log_ring_oldest(ring, 65), 1);
    for (uint64_t i = 1; i <= 64; i++) {
        check_present(ring, i);
    }
    cr_assert_eq(state(ring, 65), IRQ_LOG_NONE);
    irq_log_ring_unref(ring);
}

Test(irq_log_ring, the_oldest_are_overwritten_and_lost)
{
    IrqLogRing *ring = irq_log_ring_new(64, 1);

    put(ring, 1000);
    cr_assert_eq(irq_log_ring_oldest(ring, 1001), 937);
    for (uint64_t i = 1; i < 937; i++) {
        cr_assert_eq(state(ring, i), IRQ_LOG_LOST);
    }
    for (uint64_t i = 937; i <= 1000; i++) {
        check_present(ring, i);
    }
    irq_log_ring_unref(ring);
}

Test(irq_log_ring, a_ring_that_follows_another_goes_on_with_its_numbers)
{
    IrqLogRing *ring = irq_log_ring_new(64, 501);

    cr_assert_eq(state(ring, 500), IRQ_LOG_LOST);
    put(ring, 10);
    check_present(ring, 501);
    check_present(ring, 510);
    cr_assert_eq(irq_log_ring_oldest(ring, 511), 501);
    irq_log_ring_unref(ring);
}

Test(irq_log_ring, a_record_that_is_being_overwritten_is_lost)
{
    IrqLogRing *ring = irq_log_ring_new(64, 1);

    put(ring, 64);
    ring->slots[1].sequence = 0; /* as a writer does first */
    cr_assert_eq(state(ring, 1), IRQ_LOG_LOST);
    cr_assert_eq(state(ring, 65), IRQ_LOG_NONE);
    check_present(ring, 2);
    irq_log_ring_unref(ring);
}

/* A hostile client may ask for the largest ring again and again. A quarter, because the address
 * sanitizer touches an eighth as much of its own. */
Test(irq_log_ring, a_large_ring_does_not_touch_its_memory_before_it_is_used)
{
    const long pages = (long)(IRQ_LOG_ENTRIES_MAX * sizeof(IrqLogSlot)) / getpagesize();
    struct rusage before, after;
    IrqLogRing *ring;

    getrusage(RUSAGE_SELF, &before);
    ring = irq_log_ring_new(IRQ_LOG_ENTRIES_MAX, 1);
    put(ring, 1);
    getrusage(RUSAGE_SELF, &after);
    cr_assert_lt(after.ru_minflt - before.ru_minflt, pages / 4);
    check_present(ring, 1);
    irq_log_ring_unref(ring);
}

Test(irq_log_ring, the_last_reference_frees_it)
{
    IrqLogRing *ring = irq_log_ring_new(64, 1);

    irq_log_ring_ref(ring);
    irq_log_ring_unref(ring);
    put(ring, 1);
    check_present(ring, 1);
    irq_log_ring_unref(ring);
    irq_log_ring_unref(NULL);
}

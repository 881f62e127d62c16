/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arithmetic of throttle.cost: a drift cancels, a cost shows. */
#include <criterion/criterion.h>
#include <math.h>

#include "workloads/lib/abba.h"

#define NS_PER_MS INT64_C(1000000)

/* A phase of `cpu_ms` at `rate` iterations per ms. */
static AbbaPhase phase(double cpu_ms, double rate)
{
    return (AbbaPhase){.work = (uint64_t)llround(cpu_ms * rate),
                       .cpu_ns = llround(cpu_ms * (double)NS_PER_MS)};
}

Test(abba, the_ratio_is_that_of_the_rates_whatever_the_phases_lengths)
{
    const AbbaPhase phases[] = {phase(200, 1000), phase(50, 990), phase(70, 990), phase(10, 1000)};

    cr_assert_float_eq(abba_ratio(phases, "ABBA"), 0.99, 1e-12);
    cr_assert_float_eq(abba_ratio(phases, "BAAB"), 1 / 0.99, 1e-12);
}

Test(abba, a_host_that_gets_slower_steadily_cancels_in_both_orders)
{
    AbbaPhase four[4], eight[8];

    for (int i = 0; i < 8; i++) {
        eight[i] = phase(100, 1000 - 10 * i);
        four[i % 4] = phase(100, 1000 - 10 * (i % 4));
    }
    cr_assert_float_eq(abba_ratio(four, "ABBA"), 1, 1e-12);
    cr_assert_float_eq(abba_ratio(eight, "ABBABAAB"), 1, 1e-12);
    cr_assert_neq(abba_ratio(four, "AABB"), 1, "an order that does not cancel would not show here");
}

/* f(0) + f(3) + f(5) + f(6) = f(1) + f(2) + f(4) + f(7) for every f of the second degree. */
Test(abba, eight_phases_cancel_an_accelerating_drift)
{
    AbbaPhase phases[8];

    for (int i = 0; i < 8; i++) {
        phases[i] = phase(100, 1000 - 10 * i + 3 * i * i);
    }
    cr_assert_float_eq(abba_ratio(phases, "ABBABAAB"), 1, 1e-12);
}

Test(abba, each_letter_has_a_sum_of_its_own)
{
    const AbbaPhase phases[] = {{1, 10}, {2, 20}, {4, 40}, {8, 80}};
    const AbbaPhase a = abba_sum(phases, "ABBA", 'A'), b = abba_sum(phases, "ABBA", 'B');

    cr_assert_eq(a.work, 9);
    cr_assert_eq(a.cpu_ns, 90);
    cr_assert_eq(b.work, 6);
    cr_assert_eq(b.cpu_ns, 60);
}

Test(abba, the_spread_of_one_letter_is_in_percent_of_its_lowest_rate)
{
    const AbbaPhase phases[] = {phase(10, 1000), phase(10, 5), phase(10, 5000), phase(10, 1013)};

    cr_assert_float_eq(abba_spread_pct(phases, "ABBA", 'A'), 1.3, 1e-9);
    cr_assert_float_eq(abba_spread_pct(phases, "BAAA", 'B'), 0, 1e-12);
}

Test(abba, time_beyond_that_of_the_work_is_divided_by_the_events)
{
    /* 100 ms under the limit, 98 of them for the work: 2 ms for 40 events. */
    const AbbaPhase phases[] = {phase(200, 1000), phase(100, 980)};

    cr_assert_float_eq(abba_per_event_ns(phases, "AB", 40), 50000, 1e-6);
    cr_assert(abba_per_event_ns(phases, "BA", 40) < 0, "B was the faster one");
}

Test(abba, without_work_or_cpu_time_the_result_is_nan)
{
    const AbbaPhase idle[] = {{100, 100}, {0, 0}}, lazy[] = {{0, 100}, {100, 100}};
    const AbbaPhase busy[] = {{100, 100}, {99, 100}};

    cr_assert(isnan(abba_rate(&idle[1])));
    cr_assert(isnan(abba_ratio(idle, "AB")), "B had no CPU time");
    cr_assert(isnan(abba_ratio(lazy, "AB")), "A did no work");
    cr_assert(isnan(abba_spread_pct(lazy, "AB", 'A')));
    cr_assert(isnan(abba_spread_pct(lazy, "AB", 'C')), "there is no such phase");
    cr_assert(isnan(abba_per_event_ns(lazy, "AB", 7)));
    cr_assert(isnan(abba_per_event_ns(busy, "AB", 0)), "no event");
}

Test(abba, a_host_whose_speed_steps_by_71_per_cent_does_not_move_the_ratio)
{
    AbbaPhase phases[8];

    for (int step = 1; step < 8; step++) {
        for (int i = 0; i < 8; i++) {
            phases[i] = phase(40, i < step ? 1000 : 1710);
        }
        cr_expect_float_eq(abba_ratio(phases, "ABBABAAB"), 1, 0.01, "a step after phase %d", step);
    }
}

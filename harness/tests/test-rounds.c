/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arithmetic of throttle.cost and irq.cost: a host's own changes do not count, a cost does. */
#include <criterion/criterion.h>
#include <math.h>

#include "workloads/lib/rounds.h"

#define NS_PER_MS INT64_C(1000000)

static Rounds r;

/* A phase of `cpu_ms` at `rate` iterations per ms. */
static Phase phase(double cpu_ms, double rate)
{
    return (Phase){.work = (uint64_t)llround(cpu_ms * rate),
                   .cpu_ns = llround(cpu_ms * (double)NS_PER_MS)};
}

/* `n` rounds on a host that does 10^6 iterations per ms, 1 % less with it. */
static void take(guint n)
{
    rounds_begin(&r, n, 1);
    for (guint i = 0; i < rounds_phases(&r); i++) {
        rounds_put(&r, i, phase(i % 3 + 1, rounds_is_with(&r, i) ? 990000 : 1000000));
    }
}

Test(rounds, a_round_is_two_neighbours_in_an_order_that_the_coin_decides)
{
    guint with_first = 0;

    rounds_begin(&r, 100, 1);
    cr_assert_eq(rounds_phases(&r), 200);
    for (guint i = 0; i < 200; i += 2) {
        cr_assert_neq(rounds_is_with(&r, i), rounds_is_with(&r, i + 1));
        with_first += rounds_is_with(&r, i);
    }
    cr_assert(with_first > 25 && with_first < 75, "%u of 100", with_first);
}

Test(rounds, the_ratio_is_that_of_the_rates_whatever_the_phases_lengths)
{
    take(8);
    cr_assert_eq(rounds_counted(&r), 8);
    cr_assert_float_eq(rounds_ratio(&r).ratio, 0.99, 1e-9);
    cr_assert_float_eq(rounds_ratio(&r).interval[0], 0.99, 1e-9);
    cr_assert_geq(rounds_ratio(&r).confidence, ROUNDS_CONFIDENCE);
}

/* Every third phase at a 1.71th of the speed: some round has one of either kind. */
Test(rounds, a_host_that_changes_its_speed_between_phases_does_not_move_the_ratio)
{
    SyPairedRatio ratio;

    rounds_begin(&r, 60, 1);
    for (guint i = 0; i < rounds_phases(&r); i++) {
        double speed = i / 5 % 3 == 0 ? 1000000 / 1.71 : 1000000;

        rounds_put(&r, i, phase(10, rounds_is_with(&r, i) ? 0.99 * speed : speed));
    }
    ratio = rounds_ratio(&r);
    cr_assert_float_eq(ratio.ratio, 0.99, 1e-6);
    cr_assert(ratio.interval[0] <= 0.99 + 1e-6 && ratio.interval[1] >= 0.99 - 1e-6);
    cr_assert_float_eq(rounds_spread_pct(&r), 71, 1e-3);
}

Test(rounds, spoiled_and_idle_phases_take_their_round_with_them)
{
    take(9);
    rounds_put(&r, 0, (Phase){.work = 5000, .cpu_ns = 1, .spoiled = true});
    rounds_put(&r, 3, (Phase){.cpu_ns = 1});
    rounds_put(&r, 4, (Phase){.work = 1});
    cr_assert_eq(rounds_counted(&r), 6);
    cr_assert_eq(rounds_ratio(&r).n, 6);
    cr_assert_float_eq(rounds_ratio(&r).ratio, 0.99, 1e-9);
}

Test(rounds, the_ratio_needs_more_than_half_of_the_rounds)
{
    take(10);
    for (guint i = 0; i < 4; i++) {
        rounds_put(&r, 2 * i, (Phase){0});
    }
    cr_assert_float_eq(rounds_ratio(&r).ratio, 0.99, 1e-9);
    rounds_put(&r, 19, (Phase){0});
    cr_assert_eq(rounds_counted(&r), 5);
    cr_assert(isnan(rounds_ratio(&r).ratio));
    cr_assert(isnan(rounds_per_event_ns(&r, rounds_ratio(&r).ratio)));
}

Test(rounds, each_kind_of_phase_has_a_sum_of_its_own)
{
    Phase with, without;

    rounds_begin(&r, 3, 7);
    for (guint i = 0; i < 6; i++) {
        bool is_with = rounds_is_with(&r, i);

        rounds_put(&r, i,
                   (Phase){.work = is_with ? 1 : 10,
                           .cpu_ns = is_with ? 2 : 20,
                           .wall_ns = is_with ? 3 : 30,
                           .events = is_with ? 4 : 40,
                           .spoiled = i == 5});
    }
    with = rounds_sum(&r, true);
    without = rounds_sum(&r, false);
    cr_assert(with.work == 2 && with.cpu_ns == 4 && with.wall_ns == 6 && with.events == 8);
    cr_assert(without.work == 20 && without.cpu_ns == 40 && without.wall_ns == 60);
    cr_assert_eq(phase_rate(&with), 0.5e9);
}

/* 100 ms with it, 98 of them for the work: 2 ms for 40 events. One disturbed round changes
 * nothing. */
Test(rounds, the_time_beyond_that_of_the_work_is_divided_by_the_events)
{
    rounds_begin(&r, 7, 1);
    for (guint i = 0; i < 14; i++) {
        Phase p = phase(100, rounds_is_with(&r, i) ? 980 : 1000);

        p.events = rounds_is_with(&r, i) ? 40 : 0;
        p.cpu_ns *= i / 2 == 3 ? 5 : 1;
        rounds_put(&r, i, p);
    }
    cr_assert_float_eq(rounds_per_event_ns(&r, rounds_ratio(&r).ratio), 50000, 1e-6);
    cr_assert_float_eq(rounds_per_event_ns(&r, 1.02), -50000, 1e-6, "with it, it was faster");
}

Test(rounds, without_work_cpu_time_or_events_the_result_is_nan)
{
    const Phase idle = {0};

    cr_assert(isnan(phase_rate(&idle)));
    take(8);
    cr_assert(isnan(rounds_per_event_ns(&r, 0.99)), "no event");
    rounds_begin(&r, 8, 1);
    cr_assert_eq(rounds_counted(&r), 0);
    cr_assert(isnan(rounds_ratio(&r).ratio));
    cr_assert(isnan(rounds_spread_pct(&r)));
}

Test(rounds, the_least_number_of_rounds_has_an_interval)
{
    double rates[ROUNDS_MIN];
    SyPairedRatio ratio;

    for (guint i = 0; i < ROUNDS_MIN; i++) {
        rates[i] = i + 1;
    }
    sy_paired_ratio(rates, rates, ROUNDS_MIN, ROUNDS_CONFIDENCE, &ratio);
    cr_assert(ratio.bounded);
    sy_paired_ratio(rates, rates, ROUNDS_MIN - 1, ROUNDS_CONFIDENCE, &ratio);
    cr_assert_not(ratio.bounded);
}

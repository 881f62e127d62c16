/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle in simulated time: results that can be worked out by hand. */
#include "workloads/throttle/simulator.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "tests/check.h"

TestSuite(throttle_sim, .timeout = 60);

#define US INT64_C(1000)
#define MS (1000 * US)

static ThrottleSimInput input(int percent, int64_t period_ns, uint64_t windows)
{
    return (ThrottleSimInput){
        .cfg = throttle_sim_config(period_ns * percent / 100, period_ns),
        .windows = windows,
    };
}

static ThrottleSimInput late_input(int percent, uint64_t windows, const int64_t *late_ns, size_t n)
{
    ThrottleSimInput in = input(percent, 20 * MS, windows);

    in.expiry_late = in.wake_late = (ThrottleSimLateness){late_ns, n};
    return in;
}

static const int percents[] = {1, 5, 10, 25, 50, 75, 90, 95};
static const int64_t late_40_us = 40 * US;

/* Latenesses of a host that is mostly quick, but not always. */
static const int64_t late_tail[] = {5 * US,  6 * US,  7 * US,  8 * US,   9 * US,
                                    10 * US, 20 * US, 50 * US, 100 * US, 700 * US};

Test(throttle_sim, on_a_punctual_host_both_algorithms_are_exact_in_every_window)
{
    for (int no_carry = 0; no_carry < 2; no_carry++) {
        for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
            ThrottleSimInput in = input(percents[i], 20 * MS, 1000);
            ThrottleSimResult r;

            in.no_carry = no_carry;
            r = throttle_sim_run(&in);
            cr_assert_eq(r.used_ns, 1000 * in.cfg.quota_ns, "%d %%", percents[i]);
            cr_assert_eq(r.share_error_pct, 0);
            cr_assert_eq(r.window_error_pct, 0);
            cr_assert_eq(r.longest_run_ns, in.cfg.quota_ns);
            cr_assert_eq(r.missed_windows, 0);
            cr_assert_eq(r.drift_ns, 0);
        }
    }
}

Test(throttle_sim, without_carry_over_each_window_is_over_by_the_whole_lateness)
{
    for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
        ThrottleSimInput in = late_input(percents[i], 1000, &late_40_us, 1);
        ThrottleSimResult r;

        in.no_carry = true;
        r = throttle_sim_run(&in);
        cr_assert_eq(r.used_ns, 1000 * (in.cfg.quota_ns + 40 * US), "%d %%", percents[i]);
        cr_assert_float_eq(r.share_error_pct, 100.0 * 40 * US / (double)in.cfg.quota_ns, 1e-9);
        cr_assert_float_eq(r.window_error_pct, r.share_error_pct, 1e-9);
    }
}

Test(throttle_sim, with_carry_over_at_most_one_lateness_remains)
{
    for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
        for (uint64_t n = 1; n <= 100000; n *= 10) {
            ThrottleSimInput in = late_input(percents[i], n, &late_40_us, 1);
            ThrottleSimResult r = throttle_sim_run(&in);

            cr_assert_eq(r.used_ns, (int64_t)n * in.cfg.quota_ns + 40 * US, "%d %%, n %" PRIu64,
                         percents[i], n);
        }
    }
}

Test(throttle_sim, with_carry_over_the_error_of_any_lateness_is_within_the_bound)
{
    for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
        for (uint64_t n = 1; n <= 100000; n *= 10) {
            ThrottleSimInput in = late_input(percents[i], n, late_tail, G_N_ELEMENTS(late_tail));
            ThrottleSimResult r = throttle_sim_run(&in);
            int64_t off = r.used_ns - (int64_t)n * in.cfg.quota_ns;

            cr_assert(off <= 700 * US && off >= -in.cfg.quota_ns - in.cfg.burst_ns,
                      "%d %%, n %" PRIu64 ": %" PRId64, percents[i], n, off);
            cr_assert_eq(r.missed_windows, 0);
            cr_assert_eq(r.drift_ns, 0);
        }
    }
}

Test(throttle_sim, a_lateness_of_many_periods_is_paid_back_too)
{
    static const int64_t late[] = {0, 0, 0, 130 * MS};
    ThrottleSimInput in = late_input(10, 100000, late, G_N_ELEMENTS(late));
    ThrottleSimResult r;

    in.wake_late.n = 0;
    r = throttle_sim_run(&in);
    cr_assert_leq(llabs(r.used_ns - 100000 * in.cfg.quota_ns), 130 * MS);
    cr_assert_eq(r.missed_windows, 0);
    cr_assert_eq(r.window_used_max_ns, 20 * MS);
}

Test(throttle_sim, without_carry_over_a_quota_that_ends_too_late_moves_the_grid)
{
    /* 19.8 ms and 240 us: each window is noticed to be over 40 us late, and the next starts then.
     */
    static const int64_t late_240_us = 240 * US;
    ThrottleSimInput in = late_input(99, 100000, &late_240_us, 1);
    ThrottleSimResult r;

    in.no_carry = true;
    r = throttle_sim_run(&in);
    cr_assert_float_eq((double)r.drift_ns / (40 * US), 100000 * 20 / 20.04, 1);
    cr_assert_eq(r.missed_windows, 199);
    cr_assert_eq(r.expiries, 0);

    in.no_carry = false;
    r = throttle_sim_run(&in);
    cr_assert_eq(r.drift_ns, 0);
    cr_assert_eq(r.missed_windows, 0);
}

Test(throttle_sim, credit_makes_up_for_a_host_that_leaves_enough_time)
{
    for (size_t i = 0; percents[i] <= 25; i++) {
        ThrottleSimInput in = late_input(percents[i], 50000, &late_40_us, 1);
        ThrottleSimResult r;

        in.steal_pct = 50;
        in.steal_ns = 3 * MS;
        r = throttle_sim_run(&in);
        cr_assert(fabs(r.share_error_pct) < 0.1, "%d %%: %f", percents[i], r.share_error_pct);
        cr_assert_gt(r.withheld_ns, 0);
    }
}

Test(throttle_sim, a_share_missing_on_a_busy_host_is_what_the_host_withheld)
{
    ThrottleSimInput in = input(75, 20 * MS, 50000);
    ThrottleSimResult r;
    int64_t wall_ns = 50000 * 20 * MS;

    in.steal_pct = 50;
    in.steal_ns = 3 * MS;
    r = throttle_sim_run(&in);
    cr_assert_float_eq((double)r.used_ns / (double)wall_ns, 0.5, 0.01);
    cr_assert_eq(r.expiries, 0, "it never slept, so what it did not use was withheld");
    cr_assert_eq(wall_ns - r.used_ns, r.withheld_ns);
}

Test(throttle_sim, a_guest_that_halts_gets_what_it_wants_and_no_more_than_its_quota)
{
    ThrottleSimInput in = input(50, 20 * MS, 50000);
    ThrottleSimResult r;

    in.busy_ns = 1 * MS;
    in.idle_ns = 3 * MS;
    r = throttle_sim_run(&in);
    cr_assert_float_eq(r.share_error_pct, -50, 1);

    in.idle_ns = 100 * US;
    r = throttle_sim_run(&in);
    cr_assert_float_eq(r.share_error_pct, 0, 0.1);
}

Test(throttle_sim, windows_add_up_to_the_total)
{
    static int64_t used_ns[1000];
    ThrottleSimInput in = late_input(10, 1000, late_tail, G_N_ELEMENTS(late_tail));
    ThrottleSimResult r;
    int64_t sum = 0, most = 0;

    in.window_used_ns = used_ns;
    r = throttle_sim_run(&in);
    for (size_t i = 0; i < 1000; i++) {
        sum += used_ns[i];
        most = MAX(most, used_ns[i]);
    }
    cr_assert_eq(sum, r.used_ns);
    cr_assert_eq(most, r.window_used_max_ns);
}

Test(throttle_sim, the_seed_decides_and_nothing_else)
{
    ThrottleSimInput in = late_input(10, 1000, late_tail, G_N_ELEMENTS(late_tail));
    ThrottleSimResult one, same, other;

    in.steal_pct = 30;
    in.steal_ns = 1 * MS;
    in.busy_ns = 5 * MS;
    in.idle_ns = 1 * MS;
    one = throttle_sim_run(&in);
    same = throttle_sim_run(&in);
    in.seed = 1;
    other = throttle_sim_run(&in);
    cr_assert_eq(one.used_ns, same.used_ns);
    cr_assert_eq(one.withheld_ns, same.withheld_ns);
    cr_assert_eq(one.expiries, same.expiries);
    cr_assert_neq(one.withheld_ns, other.withheld_ns);
}

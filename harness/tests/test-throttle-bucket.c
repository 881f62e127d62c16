/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The throttle's token bucket: known answers. */
#include "test-throttle-bucket.h"

Test(throttle_bucket, starts_with_one_quota)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS);
    cr_assert_not(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(b.periods, 0);
    check_books(&b);
}

Test(throttle_bucket, used_time_drains_it_until_the_next_boundary)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 5 * MS, 1500 * US);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 500 * US);
    eager(&b, START + 6 * MS, 500 * US);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 20 * MS);
    eager(&b, START + 20 * MS - 1, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    eager(&b, START + 20 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS);
    cr_assert_eq(b.periods, 1);
}

Test(throttle_bucket, debt_is_paid_back_over_as_many_windows_as_it_takes)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    eager(&b, START + 9 * MS, 7 * MS);
    cr_assert_eq(b.budget_ns, -5 * MS);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 30 * MS);
    eager(&b, START + 29 * MS, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    eager(&b, START + 30 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 1 * MS);
}

Test(throttle_bucket, an_empty_bucket_is_exhausted_so_debt_of_whole_quotas_takes_one_window_more)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    eager(&b, START + 9 * MS, 6 * MS);
    cr_assert_eq(b.budget_ns, -4 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 30 * MS);
}

Test(throttle_bucket, wake_time_of_a_bucket_with_budget_is_not_in_the_future)
{
    KvmThrottleBucket b = bucket(2 * MS, 10 * MS);

    eager(&b, START + 13 * MS, 1 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 10 * MS);
}

Test(throttle_bucket, wake_time_beyond_the_clock_is_its_end)
{
    KvmThrottleBucket b = bucket(1, 1 * S);

    eager(&b, START, INT64_MAX / 4);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), INT64_MAX);
    check_books(&b);
}

Test(throttle_bucket, late_calls_never_move_the_grid)
{
    KvmThrottleBucket b = bucket(3 * MS, 7 * MS);
    uint64_t seed = 1;
    int64_t now = START;

    for (int i = 0; i < 10000; i++) {
        now += random_up_to(&seed, 30 * MS);
        eager(&b, now, 0);
        cr_assert_eq((b.window_start_ns - START) % (7 * MS), 0);
        cr_assert_leq(b.window_start_ns, now);
        cr_assert_gt(b.window_start_ns + 7 * MS, now);
    }
    cr_assert_eq(b.periods, (uint64_t)((now - START) / (7 * MS)));
    cr_assert_eq(b.granted_ns, (b.periods + 1) * 3 * MS);
}

Test(throttle_bucket, an_idle_vcpu_has_one_quota_however_long_it_was_idle)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    idle(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.forfeited_ns, 2 * MS);
    idle(&b, START + 3600 * S + 1 * MS, 500 * US);
    cr_assert_eq(b.budget_ns, 1500 * US);
    cr_assert_eq(b.forfeited_ns, b.granted_ns - 2 * MS);
    cr_assert_eq(b.starved_ns, 0);
    check_books(&b);
}

Test(throttle_bucket, an_idle_vcpu_pays_its_debt_and_owes_nothing_more)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    idle(&b, START + 9 * MS, 7 * MS);
    idle(&b, START + 60 * MS, 0);
    cr_assert_eq(b.budget_ns, 1 * MS);
    idle(&b, START + 100 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.forfeited_ns, 3 * MS);
    check_books(&b);
}

Test(throttle_bucket, what_the_host_withheld_is_carried_over_up_to_the_burst)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    cr_assert_eq(b.forfeited_ns, 0);
    eager(&b, START + 3600 * S, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    cr_assert_eq(b.forfeited_ns, b.granted_ns - 4 * MS);
    cr_assert_eq(b.starved_ns, b.forfeited_ns);
    check_books(&b);
}

Test(throttle_bucket, of_unused_quota_only_the_part_withheld_is_carried_over)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 5 * MS, 300 * US, 400 * US);
    kvm_throttle_bucket_account(&b, START + 20 * MS, 200 * US, 300 * US);
    /* 1.5 ms unused, 0.7 ms withheld. */
    cr_assert_eq(b.budget_ns, 2700 * US);
    cr_assert_eq(b.forfeited_ns, 800 * US);
    cr_assert_eq(b.starved_ns, 0);
    check_books(&b);
}

Test(throttle_bucket, starved_is_what_was_withheld_beyond_the_burst_and_idleness_is_not)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 20 * MS, 0);
    /* 4 ms unused: 3 ms withheld, 2 ms of that carried; 1 ms was idleness. */
    kvm_throttle_bucket_account(&b, START + 40 * MS, 0, 3 * MS);
    cr_assert_eq(b.budget_ns, 4 * MS);
    cr_assert_eq(b.forfeited_ns, 2 * MS);
    cr_assert_eq(b.starved_ns, 1 * MS);
    check_books(&b);
}

Test(throttle_bucket, what_was_withheld_in_one_window_does_not_count_in_the_next)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    kvm_throttle_bucket_account(&b, START + 1 * MS, 0, 1 * MS);
    idle(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 3 * MS);
    idle(&b, START + 40 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
}

Test(throttle_bucket, unused_is_what_is_left_at_the_last_boundary_passed)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 20 * MS - 1, 0), 0);
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 20 * MS, 500 * US), 1500 * US);
    /* Of 3 ms used, 2 ms fit after the boundary. */
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 22 * MS, 3 * MS), 1 * MS);
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 60 * MS, 1 * MS), 5 * MS);
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 20 * MS, 5 * MS), 0, "debt");
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START + 20 * MS, -1), 2 * MS);
    cr_assert_eq(kvm_throttle_bucket_unused(&b, START - 1, 0), 0);
}

Test(throttle_bucket, withheld_time_adds_up_without_end)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 1 * MS, 0);
    eager(&b, START + 2 * MS, 0);
    cr_assert_eq(b.withheld_ns, INT64_MAX);
    kvm_throttle_bucket_account(&b, START + 3 * MS, 0, INT64_MIN);
    cr_assert_eq(b.withheld_ns, INT64_MAX);
}

Test(throttle_bucket, without_burst_nothing_is_carried_over)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.burst_ns = 0;
    kvm_throttle_bucket_init(&b, &cfg, START);
    eager(&b, START + 20 * MS, 500 * US);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.forfeited_ns, 1500 * US);
}

Test(throttle_bucket, time_used_after_a_boundary_makes_no_room_for_credit_at_it)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
    /* All 3 ms fit after the boundary at 40 ms: what is granted there is lost. */
    eager(&b, START + 43 * MS, 3 * MS);
    cr_assert_eq(b.budget_ns, 1 * MS);
    cr_assert_eq(b.forfeited_ns, 2 * MS);
}

Test(throttle_bucket, time_used_before_a_boundary_makes_room_for_credit_at_it)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 20 * MS, 0);
    /* Of the 3 ms at most 1 ms fits after the boundary at 40 ms. */
    eager(&b, START + 41 * MS, 3 * MS);
    cr_assert_eq(b.budget_ns, 3 * MS);
    cr_assert_eq(b.forfeited_ns, 0);
}

Test(throttle_bucket, a_clock_that_goes_back_counts_as_no_time)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 15 * MS, 2 * MS);
    eager(&b, START - 5 * S, 0);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(b.periods, 0);
    /* The window still has 5 ms to go. */
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START - 5 * S + 5 * MS);
    eager(&b, START - 5 * S + 5 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
    cr_assert_eq(b.periods, 1);
}

Test(throttle_bucket, negative_use_counts_as_none)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 1 * MS, -1 * MS);
    eager(&b, START + 25 * MS, INT64_MIN);
    cr_assert_eq(b.used_ns, 0);
    cr_assert_eq(b.budget_ns, 4 * MS);
}

Test(throttle_bucket, less_than_a_grain_counts_as_exhausted_and_is_carried_over_in_any_case)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.grain_ns = 10 * US;
    kvm_throttle_bucket_init(&b, &cfg, START);
    idle(&b, START + 2 * MS, 2 * MS - 10 * US);
    cr_assert(kvm_throttle_bucket_exhausted(&b));
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 0);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 20 * MS);
    idle(&b, START + 20 * MS, 0);
    cr_assert_eq(kvm_throttle_bucket_remaining(&b), 2 * MS + 10 * US);
}

Test(throttle_bucket, wake_time_is_where_the_budget_exceeds_the_grain)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.grain_ns = 10 * US;
    kvm_throttle_bucket_init(&b, &cfg, START);
    /* Debt 1995 us: one quota leaves 5 us, which is not enough. */
    eager(&b, START + 5 * MS, 3995 * US);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 40 * MS);
}

Test(throttle_bucket, new_settings_start_a_new_grid_and_take_back_what_had_not_elapsed)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(50 * MS, 100 * MS);

    eager(&b, START + 5 * MS, 1 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 5 * MS);
    /* A quarter of 2 ms had elapsed, 1 ms was used: 0.5 ms ahead. */
    cr_assert_eq(b.budget_ns, 50 * MS - 500 * US);
    cr_assert_eq(b.window_start_ns, START + 5 * MS);
    cr_assert_eq(b.granted_ns, (uint64_t)(50 * MS + 500 * US));
    check_books(&b);
    eager(&b, START + 5 * MS, 50 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 105 * MS);
}

Test(throttle_bucket, new_settings_keep_debt)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(1 * MS, 10 * MS);

    eager(&b, START + 19 * MS, 12 * MS);
    eager(&b, START + 20 * MS, 0);
    cr_assert_eq(b.budget_ns, -8 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 20 * MS);
    /* The window at 20 ms is cut at its start: its 2 ms go back. */
    cr_assert_eq(b.budget_ns, -9 * MS);
    cr_assert_eq(kvm_throttle_bucket_wake_time(&b), START + 120 * MS);
    check_books(&b);
}

Test(throttle_bucket, new_settings_come_after_the_boundaries_already_passed)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleConfig cfg = config(3 * MS, 20 * MS);

    eager(&b, START + 1 * MS, 6 * MS);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 50 * MS);
    /* 6 ms granted by 40 ms, half of the last 2 ms taken back, 6 ms used. */
    cr_assert_eq(b.budget_ns, 3 * MS - 1 * MS);
    cr_assert_eq(b.periods, 2);
    check_books(&b);
}

Test(throttle_bucket, new_settings_cut_credit_to_their_bound)
{
    KvmThrottleBucket b = bucket(20 * MS, 40 * MS);
    KvmThrottleConfig cfg = config(1 * MS, 10 * MS);

    eager(&b, START + 79 * MS, 0);
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 79 * MS);
    cr_assert_eq(b.budget_ns, 2 * MS);
    check_books(&b);
}

Test(throttle_bucket, new_settings_forget_what_was_withheld_before)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 10 * MS, 0);
    kvm_throttle_bucket_reconfigure(&b, &(KvmThrottleConfig){b.cfg.quota_ns, 20 * MS, 2 * MS, 0, 0},
                                    START + 10 * MS);
    cr_assert_eq(b.budget_ns, 3 * MS);
    idle(&b, START + 30 * MS, 0);
    cr_assert_eq(b.budget_ns, 2 * MS);
    check_books(&b);
}

Test(throttle_bucket, changing_to_the_same_settings_at_a_boundary_changes_nothing)
{
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);
    KvmThrottleBucket before;

    idle(&b, START + 60 * MS, 5500 * US);
    before = b;
    kvm_throttle_bucket_reconfigure(&b, &before.cfg, START + 60 * MS);
    cr_assert_eq(memcmp(&b, &before, sizeof(b)), 0);
}

/* ------------------------------------------------------------------------------- a cap on debt */

/* Emulation in the vCPU thread that takes half a second, with a quota of 1 %. */
static int64_t standstill_after_half_a_second_ns(int64_t max_debt_ns)
{
    KvmThrottleConfig cfg = config(200 * US, 20 * MS);
    int64_t now = START + 500 * MS;
    KvmThrottleBucket b;

    cfg.max_debt_ns = max_debt_ns;
    kvm_throttle_bucket_init(&b, &cfg, START);
    eager(&b, now, 500 * MS);
    check_books(&b);
    return kvm_throttle_bucket_wake_time(&b) - now;
}

Test(throttle_bucket, at_1_percent_half_a_second_of_emulation_is_50_seconds_of_standstill)
{
    int64_t ns = standstill_after_half_a_second_ns(0);

    cr_assert(ns > 49 * S && ns <= 50 * S, "%" PRId64 " ns", ns);
}

Test(throttle_bucket, a_cap_on_debt_bounds_the_standstill)
{
    /* 10 ms of debt are 50 quotas. */
    cr_assert_eq(standstill_after_half_a_second_ns(10 * MS), 51 * 20 * MS);
    cr_assert_eq(standstill_after_half_a_second_ns(1), 20 * MS);
}

Test(throttle_bucket, what_exceeds_the_cap_is_forgiven_and_counted)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.max_debt_ns = 3 * MS;
    kvm_throttle_bucket_init(&b, &cfg, START);
    eager(&b, START + 5 * MS, 5 * MS);
    cr_assert_eq(b.budget_ns, -3 * MS);
    cr_assert_eq(b.forgiven_ns, 0, "debt up to the cap is kept");
    eager(&b, START + 9 * MS, 4 * MS);
    cr_assert_eq(b.budget_ns, -3 * MS);
    cr_assert_eq(b.forgiven_ns, (uint64_t)(4 * MS));
    check_books(&b);
}

Test(throttle_bucket, a_quota_granted_in_the_same_look_pays_before_debt_is_forgiven)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.max_debt_ns = 3 * MS;
    kvm_throttle_bucket_init(&b, &cfg, START);
    eager(&b, START + 41 * MS, 9 * MS);
    cr_assert_eq(b.budget_ns, -3 * MS);
    cr_assert_eq(b.forgiven_ns, 0);
    check_books(&b);
}

Test(throttle_bucket, new_settings_cut_debt_to_their_cap)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b = bucket(2 * MS, 20 * MS);

    eager(&b, START + 19 * MS, 19 * MS);
    cfg.max_debt_ns = 1 * MS;
    kvm_throttle_bucket_reconfigure(&b, &cfg, START + 20 * MS);
    cr_assert_eq(b.budget_ns, -1 * MS);
    check_books(&b);
}

/* The smallest cap keeps nearly no debt, so what a change takes back must not count as debt. */
Test(throttle_bucket, quick_changes_under_a_cap_gain_nothing)
{
    KvmThrottleConfig cfg = config(2 * MS, 20 * MS);
    KvmThrottleBucket b;

    cfg.max_debt_ns = 1;
    kvm_throttle_bucket_init(&b, &cfg, START);
    eager(&b, START + 2 * MS, 2 * MS);
    for (int i = 0; i < 1000; i++) {
        kvm_throttle_bucket_reconfigure(&b, &cfg, START + 2 * MS);
        check_books(&b);
    }
    cr_assert_eq(b.forgiven_ns, 0);
    cr_assert_leq(b.granted_ns, (uint64_t)(2 * MS + 200 * US));
    cr_assert_leq(b.budget_ns, 200 * US);
}

Test(throttle_bucket, settings_out_of_range_are_invalid)
{
    static const struct {
        KvmThrottleConfig cfg;
        bool valid;
    } rows[] = {
        {{.quota_ns = 1, .period_ns = 1}, true},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 1, .grain_ns = 1}, true},
        {{.quota_ns = 3 * S, .period_ns = 3 * S, .burst_ns = 3600 * S}, true},
        {{.quota_ns = 0, .period_ns = 1}, false},
        {{.quota_ns = -1, .period_ns = 1}, false},
        {{.quota_ns = 2, .period_ns = 1}, false},
        {{.quota_ns = 1, .period_ns = 3 * S + 1}, false},
        {{.quota_ns = 1, .period_ns = 1, .burst_ns = -1}, false},
        {{.quota_ns = 1, .period_ns = 1, .burst_ns = 3600 * S + 1}, false},
        {{.quota_ns = 1, .period_ns = 1, .max_debt_ns = 3600 * S}, true},
        {{.quota_ns = 1, .period_ns = 1, .max_debt_ns = -1}, false},
        {{.quota_ns = 1, .period_ns = 1, .max_debt_ns = 3600 * S + 1}, false},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 2, .grain_ns = -1}, false},
        {{.quota_ns = 2, .period_ns = 3, .burst_ns = 2, .grain_ns = 2}, false},
        {{.quota_ns = 3, .period_ns = 3, .burst_ns = 1, .grain_ns = 2}, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(kvm_throttle_config_valid(&rows[i].cfg), rows[i].valid, "row %zu", i);
    }
}

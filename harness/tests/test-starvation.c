/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/starvation.h"

#include "base/clock.h"
#include "tests/check.h"

TestSuite(starvation, .timeout = 60);

/* A window of one second. All values in % of it. */
static Starvation judge(double target, double run, double delay, double unusable)
{
    const double pct_ns = SY_NS_PER_S / 100.0;
    const StarvationInput in = {
        .wall_ns = SY_NS_PER_S,
        .run_ns = (int64_t)(run * pct_ns),
        .delay_ns = (int64_t)(delay * pct_ns),
        .unusable_ns = (int64_t)(unusable * pct_ns),
        .target = target / 100,
    };

    return starvation_judge(&in);
}

Test(starvation, a_vcpu_alone_is_offered_a_whole_cpu_and_is_expected_to_get_its_target)
{
    Starvation s = judge(50, 50, 0, 0);

    cr_assert_float_eq(s.share, 0.5, 1e-9);
    cr_assert_float_eq(s.offered, 1, 1e-9);
    cr_assert_float_eq(s.expected, 0.5, 1e-9);
    cr_assert(!s.starved && s.starved_pct == 0);
}

Test(starvation, one_that_waits_as_long_as_it_runs_is_offered_half_a_cpu_however_long_it_sleeps)
{
    cr_assert_float_eq(judge(40, 40, 40, 0).offered, 0.5, 1e-9);
    cr_assert_float_eq(judge(40, 40, 40, 0).expected, 0.4, 1e-9);
    cr_assert_float_eq(judge(90, 50, 50, 40).offered, 0.5, 1e-9);
    cr_assert_float_eq(judge(90, 50, 50, 40).expected, 0.5, 1e-9);
}

Test(starvation, beside_an_equal_competitor_90_pct_is_out_of_reach)
{
    Starvation s = judge(90, 50, 50, 40);

    cr_assert(s.starved);
    cr_assert_float_eq(s.starved_pct, 100 * 40.0 / 90, 1e-6);
}

Test(starvation, a_vcpu_that_gets_its_target_in_the_queue_is_not_starved)
{
    cr_assert_not(judge(40, 40, 40, 0).starved);
    cr_assert_not(judge(40, 39.9, 40, 1).starved, "0.25 %% is within the limit");
    cr_assert(judge(40, 39.7, 40, 1).starved, "0.75 %% is not");
}

Test(starvation, what_the_throttle_held_back_is_its_own_error_under_any_load)
{
    /* Programmed 10 % too low: no quota was left over, though the vCPU waited long enough. */
    Starvation s = judge(40, 36, 40, 0);

    cr_assert_not(s.starved);
    cr_assert_eq(s.starved_pct, 0);
    /* Half of the missing quota was left over. */
    s = judge(40, 36, 40, 2);
    cr_assert_not(s.starved);
    cr_assert_float_eq(s.starved_pct, 5, 1e-6);
}

Test(starvation, quota_left_over_without_a_wait_is_not_the_hosts_fault)
{
    Starvation s = judge(40, 36, 0, 4);

    cr_assert_not(s.starved);
    cr_assert_eq(s.starved_pct, 0);
    cr_assert(judge(40, 36, 4, 4).starved);
}

Test(starvation, a_vcpu_that_got_too_much_is_not_starved)
{
    Starvation s = judge(40, 44, 40, 40);

    cr_assert(!s.starved && s.starved_pct == 0);
}

Test(starvation, a_vcpu_that_never_ran_was_offered_nothing_if_it_waited)
{
    Starvation s = judge(40, 0, 100, 40);

    cr_assert(s.starved);
    cr_assert_eq(s.offered, 0);
    cr_assert_float_eq(s.starved_pct, 100, 1e-9);
    /* Everything, if it never asked. */
    cr_assert_eq(judge(40, 0, 0, 40).offered, 1);
    cr_assert_not(judge(40, 0, 0, 40).starved);
}

Test(starvation, quota_not_yet_used_is_not_unusable_but_credit_from_earlier_periods_is)
{
    cr_assert_eq(starvation_unusable_ns(0, 1000, 1000), 0);
    cr_assert_eq(starvation_unusable_ns(0, 400, 1000), 0);
    cr_assert_eq(starvation_unusable_ns(7, 400, 1000), 7);
    cr_assert_eq(starvation_unusable_ns(7, 1500, 1000), 507);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the throttle tells that the host starves a vCPU. */
#include "throttle-starvation.h"

#include <criterion/criterion.h>

#define US INT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)
#define QUOTA (2 * MS)
#define PERIOD (20 * MS)

/* `n` periods, one at a time, in each of which half of the quota was lost. */
static void starve(KvmThrottleStarvation *s, unsigned n)
{
    while (n--) {
        kvm_throttle_starvation_update(s, 1, QUOTA, QUOTA / 2, 3 * MS);
    }
}

Test(throttle_starvation, a_period_is_starved_if_more_than_one_percent_of_its_quota_was_lost)
{
    KvmThrottleStarvation s = {0};

    kvm_throttle_starvation_update(&s, 1, QUOTA, QUOTA / 100, PERIOD);
    cr_assert_eq(s.periods, 0);
    cr_assert_eq(s.total, 0);
    kvm_throttle_starvation_update(&s, 1, QUOTA, QUOTA / 100 + 1, PERIOD);
    cr_assert_eq(s.periods, 1);
    cr_assert_eq(s.total, 1);
    kvm_throttle_starvation_update(&s, 1, 1, 1, PERIOD);
    cr_assert_eq(s.periods, 2, "the smallest quota, lost as a whole");
    kvm_throttle_starvation_update(&s, 1, 1, 0, PERIOD);
    cr_assert_eq(s.periods, 0, "nothing lost, however small the quota");
}

Test(throttle_starvation, a_spell_adds_up_what_was_lost_in_it)
{
    KvmThrottleStarvation s = {0};

    starve(&s, 3);
    cr_assert_eq(s.periods, 3);
    cr_assert_eq(s.forfeited_ns, 3 * QUOTA / 2);
    cr_assert_eq(s.withheld_ns, 9 * MS);
}

Test(throttle_starvation, one_good_period_ends_a_spell_but_not_the_total)
{
    KvmThrottleStarvation s = {0};

    starve(&s, 49);
    kvm_throttle_starvation_update(&s, 1, QUOTA, 0, 5 * MS);
    cr_assert_eq(s.periods, 0);
    cr_assert_eq(s.forfeited_ns, 0);
    cr_assert_eq(s.withheld_ns, 0);
    starve(&s, 49);
    cr_assert_eq(s.total, 98);
    cr_assert_not(kvm_throttle_starvation_due(&s, 50, 1 * S));
}

Test(throttle_starvation, periods_that_passed_at_once_are_judged_by_their_mean)
{
    KvmThrottleStarvation s = {0};

    kvm_throttle_starvation_update(&s, 10, QUOTA, 10 * (QUOTA / 100) + 9, 1 * S);
    cr_assert_eq(s.periods, 0);
    kvm_throttle_starvation_update(&s, 10, QUOTA, 10 * (QUOTA / 100) + 10, 1 * S);
    cr_assert_eq(s.periods, 10);
    cr_assert_eq(s.total, 10);
    kvm_throttle_starvation_update(&s, UINT64_MAX / PERIOD, QUOTA, UINT64_MAX / 10, UINT64_MAX);
    cr_assert_eq(s.total, 10 + UINT64_MAX / PERIOD);
}

Test(throttle_starvation, is_reported_once_the_spell_is_long_enough)
{
    KvmThrottleStarvation s = {0};

    cr_assert_not(kvm_throttle_starvation_due(&s, 1, 0));
    for (unsigned n = 1; n <= 50; n++) {
        starve(&s, 1);
        cr_assert_eq(kvm_throttle_starvation_due(&s, 50, n * PERIOD), n == 50, "period %u", n);
    }
}

Test(throttle_starvation, is_reported_at_most_once_a_second_while_it_lasts)
{
    KvmThrottleStarvation s = {0};
    unsigned reports = 0;

    for (int64_t now = 0; now < 10 * S; now += PERIOD) {
        starve(&s, 1);
        reports += kvm_throttle_starvation_due(&s, 1, now);
    }
    cr_assert_eq(reports, 10);
}

Test(throttle_starvation, a_new_spell_is_not_reported_sooner)
{
    KvmThrottleStarvation s = {0};

    starve(&s, 5);
    cr_assert(kvm_throttle_starvation_due(&s, 5, 100 * MS));
    kvm_throttle_starvation_end(&s);
    starve(&s, 5);
    cr_assert_not(kvm_throttle_starvation_due(&s, 5, 1100 * MS - 1));
    cr_assert(kvm_throttle_starvation_due(&s, 5, 1100 * MS));
}

Test(throttle_starvation, threshold_zero_is_never_reported)
{
    KvmThrottleStarvation s = {0};

    starve(&s, 1000);
    cr_assert_not(kvm_throttle_starvation_due(&s, 0, 100 * S));
    cr_assert_eq(s.total, 1000);
}

Test(throttle_starvation, is_quiet_for_good_after_a_report_at_the_end_of_the_clock)
{
    KvmThrottleStarvation s = {0};

    starve(&s, 1);
    cr_assert(kvm_throttle_starvation_due(&s, 1, INT64_MAX));
    cr_assert_not(kvm_throttle_starvation_due(&s, 1, INT64_MAX - 1));
}

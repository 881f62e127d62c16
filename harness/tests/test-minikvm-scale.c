/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "tests/check.h"
#include "workloads/minikvm/scale-rounds.h"

/* Twelve rounds of two vCPUs, each with `together` per second where one does 100. */
static ScaleRounds rounds_of(double together)
{
    ScaleRounds r = {.n = 12, .vcpus = 2};

    for (guint i = 0; i < r.n; i++) {
        r.alone[i].per_s = 100 + i;
        r.together[i].per_s = together * (100 + i) / 100;
    }
    return r;
}

Test(minikvm_scale, vcpus_that_do_not_hinder_each_other_have_all_of_it)
{
    const ScaleRounds r = rounds_of(200);
    ScaleResult result = scale_result(&r);

    cr_expect_eq(result.counted, 12);
    cr_expect_float_eq(result.efficiency_pct, 100, 1e-9);
    cr_expect_float_eq(result.alone_per_s, 105.5, 1e-9);
    cr_expect_float_eq(result.together_per_s, 211, 1e-9);
    cr_expect_not(scale_is_open(&result, 90));
}

Test(minikvm_scale, vcpus_of_which_only_one_works_at_a_time_certainly_miss_the_gate)
{
    const ScaleRounds r = rounds_of(100);
    ScaleResult result = scale_result(&r);

    cr_expect_float_eq(result.efficiency_pct, 50, 1e-9);
    cr_expect_lt(result.interval[1], 90);
    cr_expect_not(scale_is_open(&result, 90), "so the gate decides, and fails");
}

Test(minikvm_scale, an_interval_around_the_gate_decides_nothing)
{
    ScaleRounds r = rounds_of(180);
    ScaleResult result;

    for (guint i = 0; i < r.n; i++) {
        r.together[i].per_s *= i % 2 ? 0.9 : 1.1;
    }
    result = scale_result(&r);
    cr_expect(scale_is_open(&result, 90));
    cr_expect_not(scale_is_open(&result, 50));
    cr_expect_not(scale_is_open(&result, 0), "without a gate nothing is open");
}

Test(minikvm_scale, rounds_in_which_other_work_had_the_cpu_do_not_count)
{
    ScaleRounds r = rounds_of(200);
    ScaleResult result;

    r.together[3].per_s = 1;
    r.together[3].waited = 0.5;
    r.alone[4].per_s = 1;
    r.alone[4].waited = 0.02;
    result = scale_result(&r);
    cr_expect_eq(result.counted, 10);
    cr_expect_float_eq(result.interval[0], 100, 1e-9);
    cr_expect_float_eq(result.interval[1], 100, 1e-9);
}

Test(minikvm_scale, half_of_the_rounds_are_too_few)
{
    ScaleRounds r = rounds_of(200);

    for (guint i = 0; i < 5; i++) {
        r.together[i].waited = 0.5;
    }
    cr_expect(isfinite(scale_result(&r).efficiency_pct), "7 of 12");
    r.together[5].waited = 0.5;
    cr_expect(isnan(scale_result(&r).efficiency_pct), "6 of 12");
}

Test(minikvm_scale, more_vcpus_than_cpus_may_wait_for_each_other)
{
    ScaleRounds r = rounds_of(100);
    ScaleResult result;

    r.crowded = true;
    for (guint i = 0; i < r.n; i++) {
        r.together[i].waited = 0.5;
    }
    result = scale_result(&r);
    cr_expect_eq(result.counted, 12);
    cr_expect_float_eq(result.waited_pct, 50, 1e-9);
    r.alone[0].waited = 0.02;
    cr_expect_eq(scale_result(&r).counted, 11, "one that is alone may not");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The equivalence gate of a ratio: noise must never help to pass it. */
#include "workloads/lib/vm-pairs.h"

#include "judge/gate.h"
#include "tests/check.h"

#define MARGIN_PCT 1.0

typedef enum { HOLDS, FAILS, UNDECIDED } Outcome;

static Outcome outcome(double low, double high)
{
    const double ci[] = {low, high};

    if (vm_pairs_straddles(ci, MARGIN_PCT)) {
        return UNDECIDED;
    }
    return sy_gate_holds(SY_BETTER_LOWER, MARGIN_PCT, vm_pairs_off_pct(ci)) ? HOLDS : FAILS;
}

Test(vm_pairs, a_ratio_is_equivalent_if_its_whole_interval_is_within_the_margin_to_both_sides)
{
    cr_assert_eq(outcome(0.9985, 1.0002), HOLDS);
    cr_assert_eq(outcome(0.991, 1.009), HOLDS);
    cr_assert_eq(outcome(0.970, 0.985), FAILS);
    cr_assert_eq(outcome(1.015, 1.030), FAILS, "faster than stock is not equivalent either");
    cr_assert_eq(outcome(0.985, 0.995), UNDECIDED);
    cr_assert_eq(outcome(1.005, 1.015), UNDECIDED);
    cr_assert_eq(outcome(0.980, 1.020), UNDECIDED);
}

/* What a wider interval around the same ratio may do is take a verdict away. */
Test(vm_pairs, noise_never_turns_a_failure_or_no_verdict_into_a_pass)
{
    for (int ratio = 950; ratio <= 1050; ratio++) {
        Outcome before = outcome(ratio / 1000.0, ratio / 1000.0);

        for (int noise = 1; noise <= 60; noise++) {
            Outcome now = outcome((ratio - noise) / 1000.0, (ratio + noise) / 1000.0);

            cr_assert(now == before || now == UNDECIDED, "%d +-%d", ratio, noise);
            cr_assert(before != UNDECIDED || now == UNDECIDED, "%d +-%d", ratio, noise);
            before = now;
        }
    }
}

Test(vm_pairs, without_a_margin_nothing_is_undecided)
{
    cr_assert_not(vm_pairs_straddles((const double[]){0.5, 2}, 0));
}

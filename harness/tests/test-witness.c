/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/priority.h"
#include "workloads/throttle/switch-offset.h"
#include "workloads/throttle/witness.h"

/* 100 slices of 2 ms, as in 2 s at 10 % of 20 ms. */
#define SLICES 100
#define RUN_NS (SLICES * 2 * SY_NS_PER_MS)

static const SwitchOffset nothing = {0};
static const SwitchOffset sure_5_us = {.offset_ns = 5000, .doubt_ns = 500};

/* perf counts `part` of what schedstat counts, and `offset_ns` less per sleep. */
static CpuTimes times(double part, double offset_ns)
{
    return (CpuTimes){
        .run_ns = RUN_NS,
        .task_clock_ns = llround(RUN_NS * part - SLICES * offset_ns),
        .slices = SLICES,
        .sleeps = SLICES,
    };
}

Test(witness, equal_times_agree)
{
    CpuTimes t = times(1, 0);
    WitnessComparison c = witness_compare(&t, &nothing, WITNESS_LIMIT_PCT);

    cr_assert(c.agree && c.pct == 0 && c.raw_pct == 0);
}

Test(witness, a_certain_offset_is_corrected_and_both_values_are_reported)
{
    CpuTimes t = times(1, 5000);
    WitnessComparison c = witness_compare(&t, &sure_5_us, WITNESS_LIMIT_PCT);

    cr_assert(c.agree);
    cr_assert_float_eq(c.raw_pct, -0.25, 1e-6);
    cr_assert_float_eq(c.pct, 0, 1e-6);
    cr_assert_eq(c.offset_ns, 5000);
}

Test(witness, the_limit_holds_whether_or_not_an_offset_is_corrected)
{
    const SwitchOffset *const offsets[] = {&nothing, &sure_5_us};

    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            CpuTimes within = times(1 + sign * 0.00199, offsets[i]->offset_ns);
            CpuTimes beyond = times(1 + sign * 0.00201, offsets[i]->offset_ns);

            cr_assert(witness_compare(&within, offsets[i], WITNESS_LIMIT_PCT).agree);
            cr_assert_not(witness_compare(&beyond, offsets[i], WITNESS_LIMIT_PCT).agree);
        }
    }
}

Test(witness, one_per_cent_off_is_a_disagreement_with_an_offset_too)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        CpuTimes t = times(1 + sign * 0.01, 5000);
        WitnessComparison c = witness_compare(&t, &sure_5_us, WITNESS_LIMIT_PCT);

        cr_assert_not(c.agree);
        cr_assert_float_eq(c.pct, sign * 1.0, 1e-6);
    }
}

Test(witness, an_uncertain_offset_is_not_corrected)
{
    SwitchOffset doubtful = {.offset_ns = 5000, .doubt_ns = 2001}; /* 0.1 % of 2 ms is 2000 ns */
    CpuTimes t = times(1, 5000);

    cr_assert_not(witness_compare(&t, &doubtful, WITNESS_LIMIT_PCT).agree);
    cr_assert_eq(witness_compare(&t, &doubtful, WITNESS_LIMIT_PCT).offset_ns, 0);
    doubtful.doubt_ns = 2000;
    cr_assert(witness_compare(&t, &doubtful, WITNESS_LIMIT_PCT).agree);
    cr_assert_not(witness_compare(&t, &SWITCH_OFFSET_UNKNOWN, WITNESS_LIMIT_PCT).agree);
}

Test(witness, an_offset_is_not_corrected_for_a_thread_that_was_often_preempted)
{
    CpuTimes t = times(1, 5000);

    t.slices = SLICES * 3 / 2;
    cr_assert_eq(witness_compare(&t, &sure_5_us, WITNESS_LIMIT_PCT).offset_ns, 0);
    cr_assert_not(witness_compare(&t, &sure_5_us, WITNESS_LIMIT_PCT).agree);
}

Test(witness, witnesses_of_a_thread_that_did_not_run_do_not_agree)
{
    CpuTimes t = {.sleeps = 1, .slices = 1};

    cr_assert_not(witness_compare(&t, &nothing, WITNESS_LIMIT_PCT).agree);
    cr_assert_not(witness_compare(&t, &SWITCH_OFFSET_UNKNOWN, WITNESS_LIMIT_PCT).agree);
}

Test(witness, the_offset_is_the_median_so_that_one_stalled_switch_does_not_count)
{
    double excess_ns[] = {4000, 4100, 4200, 4300, 4400, 4500, 4600, 4700, -600000};
    SwitchOffset o = switch_offset_estimate(excess_ns, G_N_ELEMENTS(excess_ns), 9000);

    cr_assert_float_eq(o.offset_ns, 4300, 1);
}

Test(witness, too_few_cycles_or_more_than_a_wake_up_takes_give_no_offset)
{
    double excess_ns[] = {4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000};

    cr_assert_eq(switch_offset_estimate(excess_ns, 8, 4000).offset_ns, 4000);
    cr_assert(isinf(switch_offset_estimate(excess_ns, 8, 3999).doubt_ns));
    cr_assert(isinf(switch_offset_estimate(excess_ns, 7, 9000).doubt_ns));
    cr_assert(isinf(switch_offset_estimate(excess_ns, 0, NAN).doubt_ns));
}

/* Whatever the host is doing, an offset is a number or unknown. */
Test(switch_offset, measures_an_offset_or_none_and_leaves_no_process_behind)
{
    g_autoptr(GError) error = NULL;
    SwitchOffset o;

    g_free(sy_priority_raise());
    if (!switch_offset_measure_throttled(gettid(), 5 * SY_NS_PER_MS, 10 * SY_NS_PER_MS, &o,
                                         &error)) {
        cr_skip_test("%s", error->message);
    }
    cr_assert(isinf(o.doubt_ns) || (isfinite(o.offset_ns) && o.doubt_ns >= 0));
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_assert_eq(errno, ECHILD);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <math.h>

#include "workloads/throttle/lateness.h"
#include "workloads/throttle/window-use.h"

#define MS 1000000

/* Adds a reading every `step_ns`, `late_ns` late, of a thread that runs for `run_ns` in every
 * period, from its beginning. */
static void read_periodic(GArray *readings, size_t n, int64_t step_ns, int64_t late_ns,
                          int64_t run_ns, int64_t period_ns)
{
    for (size_t i = 0; i < n; i++) {
        int64_t when_ns = (int64_t)i * step_ns + (i == 0 ? 0 : late_ns);
        CpuReading reading = {.when_ns = when_ns,
                              .cpu_ns =
                                  when_ns / period_ns * run_ns + MIN(when_ns % period_ns, run_ns)};

        g_array_append_val(readings, reading);
    }
}

static GArray *readings_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(CpuReading));
}

static const CpuReading *data(const GArray *readings)
{
    return (const CpuReading *)(gconstpointer)readings->data;
}

Test(window_use, the_clock_between_readings_is_known_where_the_thread_ran_or_slept_throughout)
{
    const CpuReading ran[] = {{0, 0}, {100, 100}}, slept[] = {{0, 7}, {100, 7}};
    const CpuReading unsure[] = {{0, 0}, {100, 50}};
    double doubt_ns = NAN;

    cr_assert_eq(cpu_clock_at(ran, 2, 30, &doubt_ns), 30);
    cr_assert_eq(doubt_ns, 0);
    cr_assert_eq(cpu_clock_at(slept, 2, 30, &doubt_ns), 7);
    cr_assert_eq(doubt_ns, 0);
    /* At 30 it may have used nothing or all of 30; at 60, from 10 to 50. */
    cr_assert_eq(cpu_clock_at(unsure, 2, 30, &doubt_ns), 15);
    cr_assert_eq(doubt_ns, 15);
    cr_assert_eq(cpu_clock_at(unsure, 2, 60, &doubt_ns), 30);
    cr_assert_eq(doubt_ns, 20);
}

Test(window_use, the_clock_is_taken_from_the_readings_around_the_moment)
{
    const CpuReading readings[] = {{0, 0}, {10, 10}, {20, 10}, {30, 20}, {40, 20}};
    double doubt_ns;

    for (int64_t when = 0; when <= 40; when++) {
        double expected = when <= 10 ? when : when <= 20 ? 10 : when <= 30 ? when - 10 : 20;

        cr_assert_eq(cpu_clock_at(readings, 5, when, &doubt_ns), expected, "at %d", (int)when);
        cr_assert_eq(doubt_ns, 0);
    }
}

Test(window_use, a_punctual_limiter_has_no_error_in_whatever_phase_a_window_begins)
{
    g_autoptr(GArray) readings = readings_new();
    const WindowGrid grid = {.step_ns = MS, .steps = 200, .steps_per_window = 20};
    WindowUse use;

    read_periodic(readings, 202, MS, 0, 4 * MS, 20 * MS);
    cr_assert(window_use_judge(data(readings), readings->len, &grid, 4 * MS, &use));
    cr_assert_eq(use.windows, 181);
    cr_assert_eq(use.error_max_pct, 0);
    cr_assert_eq(use.overrun_max_ns, 0);
    cr_assert_eq(use.doubt_p99_ns, 0);
    cr_assert_eq(use.longest_run_ns, 4 * MS);
}

Test(window_use, late_readings_cause_uncertainty_but_no_error)
{
    g_autoptr(GArray) readings = readings_new();
    const WindowGrid grid = {.step_ns = MS, .steps = 200, .steps_per_window = 20};
    WindowUse use;

    read_periodic(readings, 202, MS, 300000, 4 * MS, 20 * MS);
    cr_assert(window_use_judge(data(readings), readings->len, &grid, 4 * MS, &use));
    cr_assert_gt(use.doubt_p99_ns, 0);
    cr_assert_lt(use.error_max_pct, 1e-4);
    cr_assert_lt(use.overrun_max_ns, 1);
}

Test(window_use, a_limiter_with_twice_the_quota_in_every_other_period_is_off_by_a_quota)
{
    g_autoptr(GArray) readings = readings_new();
    const WindowGrid grid = {.step_ns = MS, .steps = 400, .steps_per_window = 20};
    WindowUse use;

    read_periodic(readings, 402, MS, 0, 8 * MS, 40 * MS);
    cr_assert(window_use_judge(data(readings), readings->len, &grid, 4 * MS, &use));
    cr_assert_eq(use.error_max_pct, 100);
    cr_assert_eq(use.overrun_max_ns, 4 * MS);
    cr_assert_eq(use.longest_run_ns, 8 * MS);
}

Test(window_use, being_interrupted_is_no_pause_and_a_pause_ends_a_run)
{
    /* 1 ms each: ran, ran but for 0.1 ms, ran, half, none, ran. */
    const CpuReading readings[] = {{0, 0},
                                   {1 * MS, 1 * MS},
                                   {2 * MS, 1900000},
                                   {3 * MS, 2900000},
                                   {4 * MS, 3400000},
                                   {5 * MS, 3400000},
                                   {6 * MS, 4400000}};
    const WindowGrid grid = {.step_ns = MS, .steps = 6, .steps_per_window = 2};
    WindowUse use;

    cr_assert(window_use_judge(readings, G_N_ELEMENTS(readings), &grid, MS, &use));
    cr_assert_eq(use.longest_run_ns, 3400000, "%g", use.longest_run_ns);
}

Test(window_use, a_rare_overrun_is_in_the_longest_but_not_in_the_99th_percentile)
{
    double use_ns[1000];
    WindowUse use;

    for (size_t i = 0; i < G_N_ELEMENTS(use_ns); i++) {
        use_ns[i] = i == 500 ? 150 : i % 2 ? 101 : 99;
    }
    cr_assert(window_use_summarize(use_ns, NULL, G_N_ELEMENTS(use_ns), 100, &use));
    cr_assert_eq(use.overrun_max_ns, 50);
    cr_assert_eq(use.overrun_p99_ns, 1);
    cr_assert_float_eq(use.error_median_pct, 1, 1e-9);
    cr_assert_float_eq(use.error_p99_pct, 1, 1e-9);
    cr_assert_float_eq(use.error_max_pct, 50, 1e-9);
}

Test(window_use, only_what_exceeds_the_uncertainty_is_an_error)
{
    const double use_ns[] = {110, 90, 104}, doubt_ns[] = {4, 4, 4};
    WindowUse use;

    cr_assert(window_use_summarize(use_ns, doubt_ns, 3, 100, &use));
    cr_assert_float_eq(use.error_max_pct, 6, 1e-9);
    cr_assert_float_eq(use.error_median_pct, 6, 1e-9);
    cr_assert_eq(use.overrun_max_ns, 6);
    cr_assert_eq(use.doubt_p99_ns, 4);
}

Test(window_use, readings_that_do_not_span_the_grid_are_not_judged)
{
    const CpuReading readings[] = {{0, 0}, {10, 5}, {20, 10}};
    WindowGrid grid = {.step_ns = 10, .steps = 2, .steps_per_window = 1};
    WindowUse use;

    cr_assert(window_use_judge(readings, 3, &grid, 5, &use));
    cr_assert_not(window_use_judge(readings, 1, &grid, 5, &use));
    grid.begin_ns = -1;
    cr_assert_not(window_use_judge(readings, 3, &grid, 5, &use));
    grid = (WindowGrid){.step_ns = 11, .steps = 2, .steps_per_window = 1};
    cr_assert_not(window_use_judge(readings, 3, &grid, 5, &use));
    grid = (WindowGrid){.step_ns = 10, .steps = 2, .steps_per_window = 3};
    cr_assert_not(window_use_judge(readings, 3, &grid, 5, &use));
    cr_assert_not(window_use_summarize(NULL, NULL, 0, 5, &use));
}

Test(lateness, debts_and_wake_ups_are_found_among_qemus_other_output)
{
    const char *text = "qemu: warning: kvm_throttle_kick budget -9 late\n"
                       "kvm_throttle_kick cpu_index 0 budget -1200 late 300\n"
                       "12@1700.5:kvm_throttle_kick cpu_index 0 budget 40 late -3\n"
                       "kvm_throttle_wake cpu_index 0 budget 9 late 55000 kicked 1\n"
                       "kvm_throttle_wakeful cpu_index 0 budget 9 late 1 kicked 1\n"
                       "kvm_throttle_wake cpu_index 0 budget 9 late\n"
                       "kvm_throttle_wake cpu_index 0 late 99999999999999999999 kicked 0\n"
                       "kvm_throttle_wake cpu_index 0 budget 9 late -7 kicked 0";
    Lateness late = {0};

    lateness_parse(text, &late);
    cr_assert_eq(late.expiry_ns->len, 2);
    cr_assert_eq(g_array_index(late.expiry_ns, int64_t, 0), 1200);
    cr_assert_eq(g_array_index(late.expiry_ns, int64_t, 1), 0);
    cr_assert_eq(late.wake_ns->len, 2);
    cr_assert_eq(g_array_index(late.wake_ns, int64_t, 0), 55000);
    cr_assert_eq(g_array_index(late.wake_ns, int64_t, 1), 0);
    lateness_clear(&late);
}

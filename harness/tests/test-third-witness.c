/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of two clocks is off, by the intervals in which the thread was on a CPU. */
#include "workloads/throttle/third-witness.h"

#include "base/clock.h"
#include "tests/check.h"

#define LIMIT_PCT 0.2
#define ON_NS (100 * SY_NS_PER_MS)

static OnCpu on;
static CpuTimes times;
static ThirdWitness w;

/* 100 intervals of 1 ms, and clocks that agree with them. */
static void set_up(void)
{
    on = (OnCpu){.slices = 100, .on_cpu_ns = ON_NS, .charged_ns = ON_NS, .median_ns = 3000};
    times = (CpuTimes){.run_ns = ON_NS, .task_clock_ns = ON_NS, .slices = 100, .sleeps = 100};
}

static void tear_down(void)
{
    third_witness_clear(&w);
}

TestSuite(third_witness, .init = set_up, .fini = tear_down, .timeout = 60);

/* schedstat charges `ns` more than the thread was on a CPU, for the reason `part` of `on`. */
static void charge_more(int64_t *part, int64_t ns)
{
    *part += ns;
    on.charged_ns += ns;
    times.run_ns += ns;
}

static ThirdWitnessVerdict decide_stolen(bool stolen)
{
    third_witness_clear(&w);
    third_witness_decide(&on, NULL, &times, LIMIT_PCT, stolen, &w);
    return w.verdict;
}

static ThirdWitnessVerdict decide(void)
{
    return decide_stolen(false);
}

Test(third_witness, schedstat_decides_if_it_differs_at_the_switches_alone)
{
    charge_more(&on.switches_ns, -4 * SY_NS_PER_MS);
    times.task_clock_ns += SY_NS_PER_MS;
    cr_assert_eq(decide(), THIRD_WITNESS_SCHEDSTAT);
    cr_assert_eq(w.run_ns, 96 * SY_NS_PER_MS);
    cr_assert_eq(w.schedstat_off_pct, 0);
    cr_assert_float_eq(w.perf_off_pct, 1, 1e-9);
}

Test(third_witness, perf_decides_if_schedstat_counted_a_standstill)
{
    charge_more(&on.standstill_ns, 3 * SY_NS_PER_MS);
    charge_more(&on.switches_ns, SY_NS_PER_MS / 2);
    cr_assert_eq(decide(), THIRD_WITNESS_PERF);
    cr_assert_float_eq(w.schedstat_off_pct, 3, 1e-9);
    /* what schedstat would have counted without the standstill */
    cr_assert_eq(w.run_ns, ON_NS + SY_NS_PER_MS / 2);
}

Test(third_witness, neither_decides_if_both_are_off)
{
    charge_more(&on.standstill_ns, 3 * SY_NS_PER_MS);
    times.task_clock_ns -= SY_NS_PER_MS;
    cr_assert_eq(decide(), THIRD_WITNESS_NEITHER);
    cr_assert_eq(w.run_ns, times.run_ns);
}

Test(third_witness, the_limit_is_that_of_the_two_witnesses_for_each_clock)
{
    const int64_t limit_ns = ON_NS / 500;

    for (int sign = -1; sign <= 1; sign += 2) {
        set_up();
        charge_more(&on.within_ns, sign * limit_ns);
        cr_assert_eq(decide(), THIRD_WITNESS_SCHEDSTAT);
        charge_more(&on.within_ns, sign);
        times.task_clock_ns = ON_NS + sign * limit_ns;
        cr_assert_eq(decide(), THIRD_WITNESS_PERF);
        times.task_clock_ns += sign;
        cr_assert_eq(decide(), THIRD_WITNESS_NEITHER);
    }
}

Test(third_witness,
     a_standstill_and_a_loss_that_cancel_do_not_hide_behind_each_other_at_the_switches)
{
    charge_more(&on.standstill_ns, 3 * SY_NS_PER_MS);
    charge_more(&on.switches_ns, -3 * SY_NS_PER_MS);
    cr_assert_eq(times.run_ns, ON_NS);
    cr_assert_eq(decide(), THIRD_WITNESS_PERF);
    cr_assert_eq(w.run_ns, 97 * SY_NS_PER_MS);
}

/* A stolen CPU is no standstill that perf would be right about: it counts what was stolen. */
Test(third_witness, perf_does_not_decide_where_a_hypervisor_took_cpu_time)
{
    charge_more(&on.within_ns, -3 * SY_NS_PER_MS);
    cr_assert_eq(decide_stolen(true), THIRD_WITNESS_NEITHER);
    cr_assert_eq(decide_stolen(false), THIRD_WITNESS_PERF);
    set_up();
    cr_assert_eq(decide_stolen(true), THIRD_WITNESS_SCHEDSTAT);
}

Test(third_witness, an_incomplete_trace_decides_nothing_and_says_what_it_lacks)
{
    third_witness_decide(&on, "a switch to the thread is missing", &times, LIMIT_PCT, false, &w);
    cr_assert_eq(w.verdict, THIRD_WITNESS_ABSENT);
    cr_assert_str_eq(w.why, "a switch to the thread is missing");
    on.slices = 99;
    cr_assert_eq(decide(), THIRD_WITNESS_ABSENT);
    cr_assert_str_eq(w.why, "it has 99 time slices, schedstat 100");
    on.slices = 100;
    on.charged_ns--;
    cr_assert_eq(decide(), THIRD_WITNESS_ABSENT);
    cr_assert(g_str_has_prefix(w.why, "its charges are 99999999 ns"), "%s", w.why);
}

Test(third_witness, one_that_was_not_asked_says_so_and_decides_nothing)
{
    const ThirdWitness empty = {0};
    g_autofree char *text = third_witness_text(&empty);

    cr_assert_str_eq(text, "no third witness watched this repetition");
    cr_assert_not(third_witness_asked(&empty) || third_witness_decided(&empty));
    third_witness_decide(&on, "it was not called", &times, LIMIT_PCT, false, &w);
    cr_assert(third_witness_asked(&w) && !third_witness_decided(&w));
    cr_assert_eq(decide(), THIRD_WITNESS_SCHEDSTAT);
    cr_assert(third_witness_asked(&w) && third_witness_decided(&w));
}

Test(third_witness, a_thread_that_was_on_no_cpu_has_no_third_witness)
{
    on = (OnCpu){0};
    times = (CpuTimes){0};
    cr_assert_eq(decide(), THIRD_WITNESS_ABSENT);
}

Test(third_witness, the_text_says_which_clock_is_off_by_how_much_and_where)
{
    g_autofree char *text = NULL;

    charge_more(&on.switches_ns, SY_NS_PER_MS);
    charge_more(&on.standstill_ns, 3 * SY_NS_PER_MS);
    charge_more(&on.within_ns, -SY_NS_PER_MS / 10);
    on.irq_ns = 5 * SY_NS_PER_MS;
    decide();
    text = third_witness_text(&w);
    cr_assert_str_eq(
        text,
        "perf agrees with the on-CPU intervals, schedstat does not: 100 of them, 100.000 ms (5.00 "
        "% of it in interrupts, which schedstat counts); schedstat differs by +1.000 % at the "
        "switches, which it cuts elsewhere (median 3.0 us), by +3.000 % in CPUs that stood still "
        "there, by -0.100 % in between; perf by +0.000 %");
}

Test(third_witness, its_result_survives_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) before =
        g_ptr_array_new_with_free_func((GDestroyNotify)sy_third_witness_free);
    g_autoptr(GPtrArray) after =
        g_ptr_array_new_with_free_func((GDestroyNotify)sy_third_witness_free);
    g_autoptr(JsonObject) object = json_object_new();
    SyThirdWitness *one, *two;

    charge_more(&on.switches_ns, -SY_NS_PER_MS);
    decide();
    one = third_witness_result(&w, 2);
    one->repetition = 4;
    g_ptr_array_add(before, one);
    json_object_set_array_member(object, "third_witness", sy_third_witnesses_to_json(before));
    cr_assert(sy_third_witnesses_read(object, "$", after, &error), "%s",
              error ? error->message : "");
    cr_assert_eq(after->len, 1);
    two = g_ptr_array_index(after, 0);
    cr_assert(two->repetition == 4 && two->vcpu == 2 && two->slices == 100);
    cr_assert(two->on_cpu_ns == ON_NS && two->switches_ns == -SY_NS_PER_MS);
    cr_assert_str_eq(two->decided_by, "schedstat");
    cr_assert_str_eq(two->evidence, one->evidence);
    json_object_set_string_member(
        json_array_get_object_element(json_object_get_array_member(object, "third_witness"), 0),
        "decided_by", "chance");
    cr_assert_not(sy_third_witnesses_read(object, "$", after, &error));
    check_error(error, SY_ERROR_USAGE, "$.third_witness[0].decided_by: 'chance' is not one of");
}

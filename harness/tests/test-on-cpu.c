/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the trace of a thread to its on-CPU intervals and what the charges for them lack. */
#include "workloads/throttle/on-cpu.h"

#include <stdlib.h>

#include "tests/check.h"

#define TID 7
#define US 1000
#define END_NS (INT64_C(1000000000) * 100)

static GArray *events;
static OnCpu on;

static void set_up(void)
{
    events = g_array_new(FALSE, FALSE, sizeof(SySchedEvent));
}

static void tear_down(void)
{
    g_array_unref(events);
}

TestSuite(on_cpu, .init = set_up, .fini = tear_down, .timeout = 60);

static void put_of(pid_t tid, SySchedEventKind kind, int64_t when_ns, int64_t value)
{
    const SySchedEvent e = {.when_ns = when_ns, .value = value, .tid = tid, .kind = kind};

    g_array_append_val(events, e);
}

static void put(SySchedEventKind kind, int64_t when_ns, int64_t value)
{
    put_of(TID, kind, when_ns, value);
}

static const char *read_between(int64_t from_ns, int64_t to_ns)
{
    return on_cpu_read((const SySchedEvent *)(gpointer)events->data, events->len, TID, from_ns,
                       to_ns, &on);
}

static const char *read_all(void)
{
    return read_between(0, END_NS);
}

/* Whatever the trace is like, the parts make up the whole. */
static void check_sum(void)
{
    cr_assert_eq(on.charged_ns, on.on_cpu_ns + on.switches_ns + on.standstill_ns + on.within_ns -
                                    (on.irq_left_out ? on.irq_ns : 0));
}

/* An interval of `length_ns` from `at_ns` on, charged from `early_ns` before it until `late_ns`
 * before its end, in two charges. */
static void interval(int64_t at_ns, int64_t length_ns, int64_t early_ns, int64_t late_ns)
{
    int64_t middle_ns = at_ns + length_ns / 2;

    put(SY_SCHED_IN, at_ns, 0);
    put(SY_SCHED_CHARGE, middle_ns, middle_ns - (at_ns - early_ns));
    put(SY_SCHED_CHARGE, at_ns + length_ns - late_ns, at_ns + length_ns - late_ns - middle_ns);
    put(SY_SCHED_OUT, at_ns + length_ns, 0);
}

Test(on_cpu, charges_from_switch_to_switch_differ_nowhere)
{
    interval(1000 * US, 500 * US, 0, 0);
    interval(2000 * US, 250 * US, 0, 0);
    cr_assert_null(read_all());
    cr_assert_eq(on.slices, 2);
    cr_assert_eq(on.on_cpu_ns, 750 * US);
    cr_assert_eq(on.charged_ns, 750 * US);
    cr_assert(on.switches_ns == 0 && on.standstill_ns == 0 && on.within_ns == 0);
    check_sum();
}

Test(on_cpu, what_is_charged_before_a_switch_and_not_after_the_next_wake_up_is_the_switches)
{
    for (int i = 0; i < 10; i++) {
        interval((1000 + 1000 * i) * US, 500 * US, 12 * US, 5 * US);
    }
    cr_assert_null(read_all());
    cr_assert_eq(on.switches_ns, 10 * (12 - 5) * US);
    cr_assert_eq(on.standstill_ns, 0);
    cr_assert_eq(on.within_ns, 0);
    check_sum();
}

Test(on_cpu, a_cpu_that_stood_still_before_a_switch_is_not_what_a_switch_costs)
{
    for (int i = 0; i < 10; i++) {
        interval((10000 + 10000 * i) * US, 500 * US, i == 5 ? 3000 * US : 12 * US, 5 * US);
    }
    cr_assert_null(read_all());
    cr_assert_eq(on.standstill_ns, 3000 * US);
    cr_assert_eq(on.switches_ns, (9 * 12 - 10 * 5) * US);
    check_sum();
}

/* Where every switch takes as long as a standstill, as in an emulator, none is explained away. */
Test(on_cpu, a_switch_that_takes_longer_than_a_real_one_is_a_standstill_however_common_it_is)
{
    for (int i = 0; i < 10; i++) {
        interval((10000 + 10000 * i) * US, 5000 * US, 300 * US, 200 * US);
    }
    cr_assert_null(read_all());
    cr_assert_eq(on.standstill_ns, 10 * (300 - 200) * US);
    cr_assert_eq(on.switches_ns, 0);
    check_sum();
}

Test(on_cpu, the_limit_between_a_switch_and_a_standstill_is_the_same_at_both_ends)
{
    interval(10000 * US, 5000 * US, ON_CPU_SWITCH_NS, ON_CPU_SWITCH_NS);
    cr_assert_null(read_all());
    cr_assert_eq(on.standstill_ns, 0);
    g_array_set_size(events, 0);
    interval(10000 * US, 5000 * US, ON_CPU_SWITCH_NS + 1, 0);
    interval(20000 * US, 5000 * US, 0, ON_CPU_SWITCH_NS + 2);
    cr_assert_null(read_all());
    cr_assert_eq(on.standstill_ns, -1);
    cr_assert_eq(on.switches_ns, 0);
}

Test(on_cpu, time_that_no_charge_covers_in_the_middle_of_an_interval_is_found_there)
{
    put(SY_SCHED_IN, 1000 * US, 0);
    put(SY_SCHED_CHARGE, 1100 * US, 100 * US);
    put(SY_SCHED_CHARGE, 2100 * US, 800 * US);
    put(SY_SCHED_CHARGE, 2200 * US, 100 * US);
    put(SY_SCHED_OUT, 2200 * US, 0);
    cr_assert_null(read_all());
    cr_assert_eq(on.within_ns, -200 * US);
    cr_assert_eq(on.switches_ns, 0);
    check_sum();
}

/* An interval of 1 ms with an interrupt of 60 us in the middle gap. */
static void interrupted(int64_t at_ns, bool charged)
{
    put(SY_SCHED_IN, at_ns, 0);
    put(SY_SCHED_CHARGE, at_ns + 100 * US, 100 * US);
    put(SY_SCHED_IRQ_ENTRY, at_ns + 300 * US, 0);
    put(SY_SCHED_IRQ_ENTRY, at_ns + 320 * US, 0); /* a softirq within */
    put(SY_SCHED_IRQ_EXIT, at_ns + 350 * US, 0);
    put(SY_SCHED_IRQ_EXIT, at_ns + 360 * US, 0);
    put(SY_SCHED_CHARGE, at_ns + 900 * US, charged ? 800 * US : 740 * US);
    put(SY_SCHED_CHARGE, at_ns + 1000 * US, 100 * US);
    put(SY_SCHED_OUT, at_ns + 1000 * US, 0);
}

Test(on_cpu, interrupts_are_told_apart_whether_or_not_the_scheduler_charges_for_them)
{
    for (int charged = 0; charged <= 1; charged++) {
        g_array_set_size(events, 0);
        interrupted(1000 * US, charged);
        interrupted(3000 * US, charged);
        cr_assert_null(read_all());
        cr_assert_eq(on.irq_ns, 2 * 60 * US);
        cr_assert_eq(on.irq_left_out, !charged);
        cr_assert_eq(on.within_ns, 0);
        cr_assert_eq(on.switches_ns, 0);
        check_sum();
    }
}

/* The gap with the longest interrupt lacks as much as that took, by chance; the others nothing. */
Test(on_cpu, a_single_gap_that_lacks_time_does_not_show_that_interrupts_are_left_out)
{
    interrupted(1000 * US, true);
    g_array_index(events, SySchedEvent, 2).when_ns -= 140 * US;
    g_array_index(events, SySchedEvent, 6).value -= 200 * US;
    for (int i = 1; i < 10; i++) {
        interrupted((1000 + 2000 * i) * US, true);
    }
    cr_assert_null(read_all());
    cr_assert_not(on.irq_left_out);
    cr_assert_eq(on.within_ns, -200 * US);
    check_sum();
}

Test(on_cpu, other_threads_and_events_outside_the_span_do_not_count)
{
    interval(1000 * US, 500 * US, 0, 0);
    put_of(TID + 1, SY_SCHED_IN, 1600 * US, 0);
    interval(2000 * US, 500 * US, 0, 0);
    put_of(TID + 1, SY_SCHED_CHARGE, 2600 * US, 5);
    interval(3000 * US, 500 * US, 0, 0);
    cr_assert_null(read_between(1900 * US, 2900 * US));
    cr_assert_eq(on.slices, 1);
    cr_assert_eq(on.charged_ns, 500 * US);
}

Test(on_cpu, an_interval_too_short_for_a_charge_is_wholly_uncharged)
{
    put(SY_SCHED_IN, 1000, 0);
    put(SY_SCHED_OUT, 1900, 0);
    cr_assert_null(read_all());
    cr_assert_eq(on.switches_ns, -900);
    check_sum();
}

Test(on_cpu, a_span_without_events_is_a_thread_that_did_not_run)
{
    cr_assert_null(read_all());
    cr_assert(on.slices == 0 && on.on_cpu_ns == 0 && on.charged_ns == 0);
}

Test(on_cpu, a_span_that_begins_or_ends_within_an_interval_is_refused)
{
    interval(1000 * US, 500 * US, 0, 0);
    cr_assert(strstr(read_between(1100 * US, 2000 * US), "at the start"));
    cr_assert(strstr(read_between(0, 1400 * US), "at the end"));
}

/* ---- properties ---- */

typedef struct {
    int64_t early_ns, late_ns, lost_ns, irq_ns, on_ns;
} Truth;

/* A random trace of `n` intervals, with what it holds. */
static Truth make(GRand *rng, int n, bool irq_left_out)
{
    int64_t now_ns = 1000 * US;
    Truth truth = {0};

    for (int i = 0; i < n; i++) {
        int charges = g_rand_int_range(rng, 3, 7);
        int64_t early_ns = g_rand_int_range(rng, 0, 90 * US), irq_ns = 0;
        int64_t from_ns = now_ns - early_ns, in_ns = now_ns;

        put(SY_SCHED_IN, now_ns, 0);
        truth.early_ns += early_ns;
        for (int k = 0; k < charges; k++) {
            int64_t lost_ns = k > 0 && k < charges - 1 ? g_rand_int_range(rng, 0, 5 * US) : 0;

            now_ns += g_rand_int_range(rng, 50 * US, 400 * US);
            irq_ns = k > 0 && k < charges - 1 ? g_rand_int_range(rng, US, 40 * US) : 0;
            if (irq_ns > 0) {
                put(SY_SCHED_IRQ_ENTRY, now_ns - irq_ns, 0);
                put(SY_SCHED_IRQ_EXIT, now_ns, 0);
                now_ns += US;
            }
            put(SY_SCHED_CHARGE, now_ns, now_ns - from_ns - lost_ns - (irq_left_out ? irq_ns : 0));
            truth.lost_ns += lost_ns;
            truth.irq_ns += irq_ns;
            from_ns = now_ns;
        }
        early_ns = g_rand_int_range(rng, 0, 90 * US);
        truth.late_ns += early_ns;
        now_ns += early_ns;
        put(SY_SCHED_OUT, now_ns, 0);
        truth.on_ns += now_ns - in_ns;
        now_ns += g_rand_int_range(rng, 200 * US, 5000 * US);
    }
    return truth;
}

Test(on_cpu, what_was_put_into_a_random_trace_is_found_in_it)
{
    g_autoptr(GRand) rng = g_rand_new_with_seed(14);

    for (int round = 0; round < 500; round++) {
        bool left_out = round % 2;
        int n = g_rand_int_range(rng, 1, 40);
        Truth truth;

        g_array_set_size(events, 0);
        truth = make(rng, n, left_out);
        cr_assert_null(read_all());
        cr_assert_eq(on.slices, n);
        cr_assert_eq(on.on_cpu_ns, truth.on_ns);
        cr_assert_eq(on.irq_ns, truth.irq_ns);
        cr_assert_eq(on.irq_left_out, left_out);
        cr_assert_eq(on.within_ns, -truth.lost_ns);
        cr_assert_eq(on.switches_ns, truth.early_ns - truth.late_ns);
        cr_assert_eq(on.standstill_ns, 0);
        check_sum();
    }
}

static guint pick(GRand *rng, SySchedEventKind a, SySchedEventKind b)
{
    for (;;) {
        guint i = (guint)g_rand_int_range(rng, 0, (gint)events->len);
        SySchedEventKind kind = g_array_index(events, SySchedEvent, i).kind;

        if (kind == a || kind == b) {
            return i;
        }
    }
}

Test(on_cpu, a_lost_or_doubled_switch_is_noticed_wherever_it_is)
{
    g_autoptr(GRand) rng = g_rand_new_with_seed(15);

    for (int round = 0; round < 500; round++) {
        guint victim;

        g_array_set_size(events, 0);
        make(rng, g_rand_int_range(rng, 1, 20), round % 3);
        victim = pick(rng, SY_SCHED_IN, SY_SCHED_OUT);
        if (round % 2) {
            g_array_remove_index(events, victim);
        } else {
            SySchedEvent twice = g_array_index(events, SySchedEvent, victim);

            g_array_insert_val(events, victim, twice);
        }
        cr_assert_not_null(read_all(), "round %d", round);
    }
}

Test(on_cpu, a_lost_interval_or_charge_shows_in_the_number_of_slices_or_the_sum_of_charges)
{
    g_autoptr(GRand) rng = g_rand_new_with_seed(16);

    for (int round = 0; round < 500; round++) {
        OnCpu whole;
        guint first, last;

        g_array_set_size(events, 0);
        make(rng, g_rand_int_range(rng, 2, 20), round % 3);
        cr_assert_null(read_all());
        whole = on;
        if (round % 2) {
            g_array_remove_index(events, pick(rng, SY_SCHED_CHARGE, SY_SCHED_CHARGE));
            cr_assert_null(read_all());
            cr_assert_lt(on.charged_ns, whole.charged_ns);
        } else {
            first = last = pick(rng, SY_SCHED_IN, SY_SCHED_IN);
            while (g_array_index(events, SySchedEvent, last).kind != SY_SCHED_OUT) {
                last++;
            }
            g_array_remove_range(events, first, last - first + 1);
            cr_assert_null(read_all());
            cr_assert_eq(on.slices, whole.slices - 1);
        }
        check_sum();
    }
}

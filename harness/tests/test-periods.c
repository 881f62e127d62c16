/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From made-up events of the throttle to periods: 2 ms of 20 ms. */
#include "workloads/throttle/periods.h"

#include <criterion/criterion.h>

#include "base/clock.h"

#define US SY_NS_PER_US
#define MS SY_NS_PER_MS
#define QUOTA (2 * MS)
#define PERIOD (20 * MS)
#define BEGIN (1000 * MS)  /* where the grid starts */
#define WAKE_COST (3 * US) /* CPU time from the wake-up to the look */
#define RECORDED (1 * US)  /* from the look to its record */

TestSuite(periods, .timeout = 60);

static void add(Periods *p, ThrottleEvent e)
{
    e.time_ns += RECORDED;
    periods_add(p, &e);
}

static void set(Periods *p, int64_t when_ns, int64_t quota_ns, int64_t budget_ns)
{
    add(p, (ThrottleEvent){.kind = THROTTLE_SET,
                           .time_ns = when_ns,
                           .quota_ns = quota_ns,
                           .period_ns = PERIOD,
                           .budget_ns = budget_ns});
}

static void refill(Periods *p, int64_t boundary_ns, int64_t late_ns, int64_t windows,
                   int64_t budget_ns, int64_t used_ns)
{
    add(p, (ThrottleEvent){.kind = THROTTLE_REFILL,
                           .time_ns = boundary_ns + late_ns,
                           .late_ns = late_ns,
                           .windows = windows,
                           .budget_ns = budget_ns,
                           .used_ns = used_ns});
}

static void wake(Periods *p, int64_t boundary_ns, int64_t late_ns, int64_t budget_ns)
{
    add(p, (ThrottleEvent){.kind = THROTTLE_WAKE,
                           .time_ns = boundary_ns + late_ns,
                           .late_ns = late_ns,
                           .budget_ns = budget_ns});
}

static void kick(Periods *p, int64_t when_ns, int64_t late_ns, int64_t budget_ns)
{
    add(p,
        (ThrottleEvent){
            .kind = THROTTLE_KICK, .time_ns = when_ns, .late_ns = late_ns, .budget_ns = budget_ns});
}

/* The throttle and a vCPU that always wants to run. */
typedef struct {
    Periods *p;
    int64_t boundary_ns, budget_ns, used_ns;
} Model;

/* Wakes it at the next boundary that leaves it something, `late_ns` late. */
static void model_wake(Model *m, int64_t late_ns)
{
    int64_t windows = 0;

    do {
        windows++;
        m->boundary_ns += PERIOD;
        m->budget_ns += QUOTA;
    } while (m->budget_ns <= 0);
    m->used_ns += WAKE_COST;
    m->budget_ns -= WAKE_COST;
    refill(m->p, m->boundary_ns, late_ns, windows, m->budget_ns, m->used_ns);
    wake(m->p, m->boundary_ns, late_ns, m->budget_ns);
}

/* It runs until its quota is used up and `over_ns` more; `late_ns` was the time since the wake-up.
 */
static void model_run(Model *m, int64_t wake_late_ns, int64_t over_ns)
{
    int64_t run_ns = m->budget_ns + over_ns;

    m->used_ns += run_ns;
    m->budget_ns = -over_ns;
    kick(m->p, m->boundary_ns + wake_late_ns + run_ns, over_ns, m->budget_ns);
}

static Model started(Periods *p)
{
    Model m = {.p = p, .boundary_ns = BEGIN, .budget_ns = QUOTA};

    set(p, BEGIN, QUOTA, QUOTA);
    model_run(&m, 0, 0);
    return m;
}

static const Period *row(const Periods *p, guint i)
{
    cr_assert_lt(i, periods_all(p)->len);
    return &g_array_index(periods_all(p), Period, i);
}

Test(periods, a_perfect_throttle_has_perfect_periods)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);
    PeriodsSpan span;

    for (int i = 0; i < 100; i++) {
        model_wake(&m, 10 * US);
        model_run(&m, 10 * US, 0);
    }
    cr_assert_eq(periods_all(p)->len, 100);
    for (guint i = 1; i < 100; i++) {
        const Period *r = row(p, i);

        cr_assert_eq(r->used_ns, QUOTA);
        cr_assert_eq(r->start_ns, BEGIN + i * PERIOD + RECORDED);
        cr_assert_eq(r->wake_late_ns, 10 * US);
        cr_assert_eq(r->late_ns, 0);
        cr_assert_eq(r->run_ns, QUOTA - WAKE_COST);
        cr_assert_not(r->split);
        cr_assert_eq(r->change, 1);
    }
    cr_assert_eq(periods_misses(p)->len, 0);
    cr_assert_eq(periods_drift(p), 0);
    cr_assert(periods_span(p, BEGIN + 5 * MS, BEGIN + 50 * PERIOD + 5 * MS, &span));
    cr_assert_eq(span.end - span.first, 50);
    cr_assert_eq(periods_used_ns(p, &span), 50 * QUOTA);
    cr_assert_eq(periods_by_clock(p, &span), 50);
    cr_assert_eq(periods_split(p, &span), 0);
}

/* The first period's CPU time follows from budgets alone: a SET does not report the total. */
Test(periods, cpu_time_from_before_the_trace_does_not_count)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = {.p = p, .boundary_ns = BEGIN, .budget_ns = QUOTA - 300 * US, .used_ns = 777 * MS};

    set(p, BEGIN, QUOTA, m.budget_ns);
    model_run(&m, 0, 0);
    model_wake(&m, 0);
    model_run(&m, 0, 0);
    model_wake(&m, 0);
    cr_assert_eq(row(p, 0)->used_ns, QUOTA - 300 * US + WAKE_COST);
    cr_assert_eq(row(p, 0)->start_ns, BEGIN + RECORDED);
    cr_assert_eq(row(p, 1)->used_ns, QUOTA);
}

Test(periods, a_late_stop_is_an_error_of_two_periods_with_opposite_signs)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);
    PeriodsSpan all = {.first = 0, .end = 4};
    PeriodsSpread late, over, error;

    for (int i = 0; i < 5; i++) {
        model_wake(&m, 0);
        model_run(&m, 0, i == 1 ? 100 * US : 0);
    }
    cr_assert_eq(row(p, 1)->used_ns, QUOTA);
    cr_assert_eq(row(p, 2)->used_ns, QUOTA + 100 * US);
    cr_assert_eq(row(p, 2)->late_ns, 100 * US);
    cr_assert_eq(row(p, 2)->overrun_ns, 100 * US);
    cr_assert_eq(row(p, 3)->used_ns, QUOTA - 100 * US);
    late = periods_spread(p, &all, PERIODS_LATE, QUOTA);
    over = periods_spread(p, &all, PERIODS_OVERRUN, QUOTA);
    error = periods_spread(p, &all, PERIODS_ERROR, QUOTA);
    cr_assert_eq(late.n, 4);
    cr_assert_eq(late.p50, 0);
    cr_assert_eq(late.max, 100);
    cr_assert_eq(over.p99, 100);
    cr_assert_float_eq(error.max, 5, 1e-9);
}

Test(periods, debt_of_more_than_a_quota_leaves_a_period_without_use_and_nothing_missed)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    model_wake(&m, 0);
    model_run(&m, 0, 2 * QUOTA + MS);
    model_wake(&m, 0);
    model_run(&m, 0, 0);
    model_wake(&m, 0);
    cr_assert_eq(periods_all(p)->len, 5);
    cr_assert_eq(row(p, 1)->used_ns, 3 * QUOTA + MS);
    cr_assert_eq(row(p, 2)->used_ns, 0);
    cr_assert_eq(row(p, 3)->used_ns, 0);
    cr_assert_eq(row(p, 4)->used_ns, MS);
    cr_assert_eq(periods_misses(p)->len, 0);
    cr_assert_not(row(p, 2)->split);
}

Test(periods, a_sleep_that_ends_periods_late_misses_them)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);
    const PeriodsMiss *miss;

    model_wake(&m, 0);
    model_run(&m, 0, 0);
    /* Due at the next boundary, looked at 2.5 periods later: three boundaries passed. */
    m.boundary_ns += 3 * PERIOD;
    refill(p, m.boundary_ns, PERIOD / 2, 3, 2 * QUOTA, m.used_ns);
    wake(p, m.boundary_ns - 2 * PERIOD, 2 * PERIOD + PERIOD / 2, 2 * QUOTA);
    cr_assert_eq(periods_misses(p)->len, 1);
    miss = &g_array_index(periods_misses(p), PeriodsMiss, 0);
    cr_assert_eq(miss->done_ns - miss->due_ns, 2 * PERIOD + PERIOD / 2);
    cr_assert_eq((miss->done_ns - miss->due_ns) / miss->period_ns, 2);
}

Test(periods, a_timer_that_fires_a_period_late_misses_it)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    model_wake(&m, 0);
    refill(p, m.boundary_ns + PERIOD, 2 * MS, 1, -PERIOD + QUOTA, m.used_ns + QUOTA + PERIOD);
    kick(p, m.boundary_ns + PERIOD + 2 * MS, PERIOD, -PERIOD + QUOTA);
    cr_assert_eq(periods_misses(p)->len, 1);
}

Test(periods, a_run_across_a_boundary_is_split_there)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    /* Woken with 4 ms of budget 19 ms late: 1 ms falls into this period, 3 ms into the next. */
    m.boundary_ns += PERIOD;
    refill(p, m.boundary_ns, 19 * MS, 1, 4 * MS, m.used_ns);
    wake(p, m.boundary_ns, 19 * MS, 4 * MS);
    m.boundary_ns += PERIOD;
    m.used_ns += 4 * MS;
    refill(p, m.boundary_ns, 3 * MS, 1, 2 * MS, m.used_ns);
    kick(p, m.boundary_ns + 3 * MS, 0, 0);
    m.boundary_ns += PERIOD;
    refill(p, m.boundary_ns, 0, 1, 2 * MS, m.used_ns);
    cr_assert_eq(row(p, 1)->used_ns, 1 * MS);
    cr_assert(row(p, 1)->split);
    cr_assert_eq(row(p, 2)->used_ns, 3 * MS);
    cr_assert(row(p, 2)->split);
}

Test(periods, a_wake_up_by_a_signal_is_not_the_end_of_the_sleep)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    wake(p, m.boundary_ns + PERIOD, -5 * MS, 0);
    model_wake(&m, 0);
    cr_assert_not(row(p, 0)->split);
    cr_assert_eq(row(p, 0)->used_ns, QUOTA + WAKE_COST);
}

static double drift_with(int missing, int doubled)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD), other = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    for (int i = 0; i < 100; i++) {
        m.p = i == missing ? other : p;
        model_wake(&m, 0);
        m.p = p;
        if (i == doubled) {
            refill(p, m.boundary_ns, 0, 1, m.budget_ns, m.used_ns);
        }
        model_run(&m, 0, 0);
    }
    return periods_drift(p);
}

Test(periods, a_missing_event_is_a_drift_of_one_period)
{
    cr_assert_float_eq(drift_with(50, -1), 1, 1e-9);
}

Test(periods, a_doubled_event_is_a_drift_of_one_period)
{
    cr_assert_float_eq(drift_with(-1, 50), 1, 1e-9);
}

Test(periods, a_grid_that_creeps_is_a_drift)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    for (int i = 0; i < 1000; i++) {
        m.boundary_ns += 30 * US;
        model_wake(&m, 0);
        model_run(&m, 0, 0);
    }
    cr_assert_float_eq(periods_drift(p), 1000 * 30e3 / PERIOD, 0.05);
}

/* The thread may lose its CPU between the look and its record. */
Test(periods, a_record_made_late_is_not_a_drift)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);

    for (int i = 0; i < 100; i++) {
        m.boundary_ns += PERIOD;
        refill(p, m.boundary_ns + (i % 7 == 0 ? 15 * MS : 0), 0, 1, 0, m.used_ns);
    }
    cr_assert_eq(periods_drift(p), 0);
}

Test(periods, a_span_needs_a_sleep_at_both_ends_and_no_change_between)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);
    PeriodsSpan span;

    for (int i = 0; i < 10; i++) {
        model_wake(&m, 100 * US);
        model_run(&m, 100 * US, 0);
    }
    cr_assert(periods_span(p, BEGIN + PERIOD + 5 * MS, BEGIN + 3 * PERIOD + 3 * MS, &span));
    cr_assert_eq(span.first, 2);
    cr_assert_eq(span.end, 4);
    /* Not yet woken: still the sleep of the period before. */
    cr_assert(periods_span(p, BEGIN + PERIOD + 50 * US, BEGIN + 3 * PERIOD + 3 * MS, &span));
    cr_assert_eq(span.first, 1);
    cr_assert_not(periods_span(p, BEGIN + PERIOD + MS, BEGIN + 3 * PERIOD + 3 * MS, &span));
    cr_assert_not(periods_span(p, BEGIN + PERIOD + 5 * MS, BEGIN + 3 * PERIOD + MS, &span));
    cr_assert_not(periods_span(p, BEGIN + PERIOD + 5 * MS, BEGIN + PERIOD + 6 * MS, &span));
    cr_assert_not(periods_span(p, BEGIN + PERIOD + 5 * MS, BEGIN + 300 * PERIOD, &span));
    set(p, m.boundary_ns + 5 * MS, QUOTA, QUOTA);
    m.boundary_ns += 5 * MS;
    m.budget_ns = QUOTA;
    for (int i = 0; i < 4; i++) {
        model_run(&m, 0, 0);
        model_wake(&m, 0);
    }
    cr_assert(periods_span(p, m.boundary_ns - 3 * PERIOD - 15 * MS,
                           m.boundary_ns - PERIOD - 15 * MS, &span));
    cr_assert_not(
        periods_span(p, BEGIN + 5 * PERIOD + 5 * MS, m.boundary_ns - PERIOD - 15 * MS, &span));
}

Test(periods, percentiles_are_nearest_ranks)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);
    Model m = started(p);
    PeriodsSpan all = {.first = 1, .end = 201};
    PeriodsSpread wakes;

    for (int i = 200; i >= 0; i--) {
        model_wake(&m, i * US);
        model_run(&m, i * US, 0);
    }
    model_wake(&m, 0);
    wakes = periods_spread(p, &all, PERIODS_WAKE_LATE, QUOTA);
    cr_assert_eq(wakes.n, 200);
    cr_assert_eq(wakes.p50, 100);
    cr_assert_eq(wakes.p99, 198);
    cr_assert_eq(wakes.max, 200);
    cr_assert_eq(wakes.sum, 201 * 100);
}

Test(periods, events_without_a_start_count_from_the_first_boundary)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);

    kick(p, BEGIN, 0, 0);
    refill(p, BEGIN + PERIOD, 0, 5, QUOTA, 50 * MS);
    kick(p, BEGIN + PERIOD + QUOTA, 0, 0);
    refill(p, BEGIN + 2 * PERIOD, 0, 1, QUOTA, 50 * MS + QUOTA);
    cr_assert_eq(periods_all(p)->len, 1);
    cr_assert_eq(row(p, 0)->used_ns, QUOTA);
    cr_assert_eq(row(p, 0)->start_ns, BEGIN + PERIOD + RECORDED);
}

Test(periods, absurd_counts_of_boundaries_are_ignored)
{
    g_autoptr(Periods) p = periods_new(QUOTA, PERIOD);

    set(p, BEGIN, QUOTA, QUOTA);
    refill(p, BEGIN + PERIOD, 0, INT64_MAX, QUOTA, QUOTA);
    refill(p, BEGIN + PERIOD, 0, -1, QUOTA, QUOTA);
    cr_assert_eq(periods_all(p)->len, 0);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Missed boundaries: the throttle's fault, or the host's? Periods of 20 ms. */
#include "workloads/throttle/withheld.h"

#include <criterion/criterion.h>

#include "base/clock.h"

#define MS SY_NS_PER_MS
#define PERIOD (20 * MS)

TestSuite(withheld, .timeout = 60);

static GArray *marks_with(int64_t delay_ns, int64_t steal_ns, int64_t gap_ns)
{
    GArray *marks = g_array_new(FALSE, TRUE, sizeof(WithheldMark));

    for (int i = 0; i <= 10; i++) {
        bool after = i >= 5; /* it happened between 400 and 500 ms */
        WithheldMark m = {.when_ns = i * 100 * MS,
                          .delay_ns = 3 * MS + after * delay_ns,
                          .steal_ns = after * steal_ns,
                          .gap_ns = after * gap_ns};

        g_array_append_val(marks, m);
    }
    return marks;
}

/* One look, due at 410 ms, that came `late_ns` late. */
static WithheldCount count(int64_t late_ns, int64_t delay_ns, int64_t steal_ns, int64_t gap_ns)
{
    g_autoptr(GArray) marks = marks_with(delay_ns, steal_ns, gap_ns);
    g_autoptr(GArray) misses = g_array_new(FALSE, FALSE, sizeof(PeriodsMiss));
    PeriodsMiss m = {.due_ns = 410 * MS, .done_ns = 410 * MS + late_ns, .period_ns = PERIOD};

    g_array_append_val(misses, m);
    return withheld_count(misses, marks, 0, 1000 * MS);
}

Test(withheld, without_a_witness_it_is_the_throttles_fault)
{
    WithheldCount c = count(50 * MS, 0, 0, 0);

    cr_assert_eq(c.missed, 2);
    cr_assert_eq(c.starved, 0);
}

Test(withheld, any_one_witness_is_enough)
{
    for (int i = 0; i < 3; i++) {
        WithheldCount c =
            count(50 * MS, i == 0 ? 49 * MS : 0, i == 1 ? 40 * MS : 0, i == 2 ? 45 * MS : 0);

        cr_assert_eq(c.missed, 0);
        cr_assert_eq(c.starved, 2);
    }
}

Test(withheld, what_the_host_does_not_explain_stays_the_throttles)
{
    WithheldCount c = count(70 * MS, 25 * MS, 0, 0);

    cr_assert_eq(c.missed, 2);
    cr_assert_eq(c.starved, 1);
}

Test(withheld, witnesses_of_the_same_time_are_not_added_up)
{
    WithheldCount c = count(50 * MS, 15 * MS, 15 * MS, 15 * MS);

    cr_assert_eq(c.missed, 1);
}

Test(withheld, what_was_withheld_at_another_time_explains_nothing)
{
    g_autoptr(GArray) marks = marks_with(90 * MS, 90 * MS, 90 * MS);

    cr_assert_eq(withheld_between(marks, 100 * MS, 350 * MS), 0);
    cr_assert_eq(withheld_between(marks, 510 * MS, 800 * MS), 0);
    cr_assert_eq(withheld_between(marks, 410 * MS, 450 * MS), 90 * MS);
    cr_assert_eq(withheld_between(marks, 350 * MS, 2000 * MS), 90 * MS);
}

Test(withheld, only_the_time_asked_for_counts)
{
    g_autoptr(GArray) marks = marks_with(0, 0, 0);
    g_autoptr(GArray) misses = g_array_new(FALSE, FALSE, sizeof(PeriodsMiss));
    PeriodsMiss m = {.due_ns = 410 * MS, .done_ns = 450 * MS, .period_ns = PERIOD};

    g_array_append_val(misses, m);
    cr_assert_eq(withheld_count(misses, marks, 420 * MS, 900 * MS).missed, 0);
    cr_assert_eq(withheld_count(misses, marks, 100 * MS, 410 * MS).missed, 0);
    cr_assert_eq(withheld_count(misses, marks, 410 * MS, 900 * MS).missed, 2);
}

Test(withheld, without_marks_nothing_is_excused)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(WithheldMark));

    cr_assert_eq(withheld_between(marks, 0, 100), 0);
}

/* A wait is counted when it is over. Marks every 10 ms; 3 ms of waiting end before 40 ms, 25 ms
 * before 80 ms. */
Test(withheld, a_wait_may_have_been_at_any_time_since_the_mark_before_or_as_long_as_it_was)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, TRUE, sizeof(WithheldMark));

    for (int i = 0; i <= 10; i++) {
        WithheldMark m = {.when_ns = i * 10 * MS,
                          .delay_ns = 7 * MS + (i >= 4) * 3 * MS + (i >= 8) * 25 * MS};

        g_array_append_val(marks, m);
    }
    cr_assert_eq(withheld_delay_ns(marks, 0, 30 * MS), 0);
    cr_assert_eq(withheld_delay_ns(marks, 0, 31 * MS), 3 * MS);
    cr_assert_eq(withheld_delay_ns(marks, 39 * MS, 50 * MS), 3 * MS);
    cr_assert_eq(withheld_delay_ns(marks, 40 * MS, 55 * MS), 0);
    cr_assert_eq(withheld_delay_ns(marks, 40 * MS, 56 * MS), 25 * MS, "it began at 55 ms at best");
    cr_assert_eq(withheld_delay_ns(marks, 79 * MS, 100 * MS), 25 * MS);
    cr_assert_eq(withheld_delay_ns(marks, 80 * MS, 100 * MS), 0);
    cr_assert_eq(withheld_delay_ns(marks, 0, 100 * MS), 28 * MS);
    g_array_set_size(marks, 1);
    cr_assert_eq(withheld_delay_ns(marks, 0, 100 * MS), 0);
    g_array_set_size(marks, 0);
    cr_assert_eq(withheld_delay_ns(marks, 0, 100 * MS), 0);
}

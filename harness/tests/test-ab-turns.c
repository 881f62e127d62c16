/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <string.h>

#include "session/ab-turns.h"

#define CASES 6
#define NATIVE "native"
#define LAB "lab"
#define EXACT "lab-exact"

static char ids[CASES][2] = {"a", "b", "c", "d", "e", "f"};
static SyCasePlan plan_storage[CASES];

/* Plans of the cases a, b, c ... in these host modes (NULL-terminated). The caller frees. */
static GPtrArray *plans_in(const char *const *modes)
{
    GPtrArray *plans = g_ptr_array_new();

    for (guint i = 0; modes[i]; i++) {
        plan_storage[i] = (SyCasePlan){.id = ids[i], .host_mode = (char *)modes[i]};
        g_ptr_array_add(plans, &plan_storage[i]);
    }
    return plans;
}

/*
 * The groups as text: CASES:HOST-MODE*TURNS/REPETITIONS-IN-EACH, with "~" if the order is flipped.
 */
static char *groups_text(const char *const *modes, guint repetitions, const bool *open)
{
    g_autoptr(GPtrArray) plans = plans_in(modes);
    g_autoptr(GPtrArray) groups = sy_ab_groups(plans, repetitions, open);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < groups->len; i++) {
        const SyAbGroup *group = g_ptr_array_index(groups, i);

        g_string_append(out, i ? " " : "");
        for (guint k = 0; k < group->cases->len; k++) {
            g_string_append(out, ids[g_array_index(group->cases, guint, k)]);
        }
        g_string_append_printf(out, ":%s*%u/%u%s", group->host_mode, group->turns, group->repeat,
                               group->flipped ? "~" : "");
    }
    return g_string_free(out, FALSE);
}

static void expect_groups(const char *const *modes, guint repetitions, const bool *open,
                          const char *expected)
{
    g_autofree char *text = groups_text(modes, repetitions, open);

    cr_expect_str_eq(text, expected, "got %s, not %s", text, expected);
}

static void expect_order(const SyAbGroup *group, const char *expected)
{
    for (guint turn = 0; expected[turn]; turn++) {
        cr_expect_eq(sy_ab_turn_is_base(group, turn), expected[turn] == 'A', "turn %u", turn);
    }
}

Test(ab_turns, the_builds_take_turns_as_a_b_b_a)
{
    expect_order(&(SyAbGroup){0}, "ABBAABBAABBA");
}

Test(ab_turns, flipped_the_new_build_comes_first)
{
    expect_order(&(SyAbGroup){.flipped = true}, "BAABBAABBAAB");
}

Test(ab_turns, native_cases_are_measured_one_by_one)
{
    expect_groups((const char *const[]){NATIVE, NATIVE, NULL}, 3, NULL,
                  "a:native*6/1 b:native*6/1");
}

Test(ab_turns, ten_repetitions_are_the_default)
{
    expect_groups((const char *const[]){NATIVE, NULL}, 0, NULL, "a:native*20/1");
}

Test(ab_turns, lab_cases_that_follow_each_other_share_their_boots)
{
    expect_groups((const char *const[]){LAB, LAB, NATIVE, LAB, EXACT, NULL}, 2, NULL,
                  "ab:lab*4/1 c:native*4/1 d:lab*4/1 e:lab-exact*2/0");
}

Test(ab_turns, lab_exact_boots_once_for_each_build)
{
    expect_groups((const char *const[]){EXACT, EXACT, NULL}, 7, NULL, "ab:lab-exact*2/0");
}

Test(ab_turns, the_second_look_takes_open_cases_only_in_flipped_order)
{
    const bool open[] = {false, true, true, false, false, true};

    expect_groups((const char *const[]){LAB, LAB, LAB, NATIVE, LAB, NATIVE, NULL}, 5, open,
                  "bc:lab*10/1~ f:native*10/1~");
}

Test(ab_turns, nothing_open_or_planned_needs_no_turn)
{
    const bool open[] = {false, false};

    expect_groups((const char *const[]){LAB, NATIVE, NULL}, 5, open, "");
    expect_groups((const char *const[]){NULL}, 5, NULL, "");
}

/* ---- which cases are open ---- */

static void add_result(SyRunResult *run, const char *id, SyStatus status)
{
    SyCaseResult *result = sy_case_result_new(id, "probe");

    result->status = status;
    g_ptr_array_add(run->cases, result);
}

/* Is the case "a" open when its metric has this verdict, and its status in both builds is this? */
static bool open_after(SyRunDiffVerdict verdict, bool exact, SyStatus base, SyStatus new_status)
{
    g_autoptr(GPtrArray) plans = plans_in((const char *const[]){NATIVE, NULL});
    g_autoptr(SyRunResult) base_run = sy_run_result_new();
    g_autoptr(SyRunResult) new_run = sy_run_result_new();
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    SyRunDiffRow same = {.case_id = ids[0], .verdict = SY_RUN_DIFF_SAME};
    SyRunDiffRow row = {.case_id = ids[0], .verdict = verdict, .exact = exact};
    SyRunDiff diff = {.rows = rows};
    g_autofree bool *open = NULL;

    g_ptr_array_add(rows, &same);
    g_ptr_array_add(rows, &row);
    add_result(base_run, ids[0], base);
    add_result(new_run, ids[0], new_status);
    open = sy_ab_open_cases(plans, &diff, base_run, new_run);
    return open[0];
}

Test(ab_turns, undecided_cases_and_regressions_are_open)
{
    const SyStatus pass = SY_STATUS_PASS;

    cr_expect(open_after(SY_RUN_DIFF_UNDECIDED, false, pass, pass));
    cr_expect(open_after(SY_RUN_DIFF_REGRESSION, false, pass, SY_STATUS_FAIL));
    cr_expect_not(open_after(SY_RUN_DIFF_SAME, false, pass, pass));
    cr_expect_not(open_after(SY_RUN_DIFF_IMPROVEMENT, false, pass, pass));
    cr_expect_not(open_after(SY_RUN_DIFF_DIFFERENT, false, pass, pass));
}

Test(ab_turns, exact_results_would_be_the_same_again)
{
    cr_expect_not(open_after(SY_RUN_DIFF_REGRESSION, true, SY_STATUS_PASS, SY_STATUS_PASS));
}

Test(ab_turns, a_case_that_one_build_cannot_measure_is_not_open)
{
    cr_expect_not(open_after(SY_RUN_DIFF_UNDECIDED, false, SY_STATUS_PASS, SY_STATUS_ERROR));
    cr_expect_not(open_after(SY_RUN_DIFF_UNDECIDED, false, SY_STATUS_SKIP, SY_STATUS_PASS));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit-code.h"
#include "judge/run-diff-json.h"
#include "report/html-run-diff.h"
#include "report/run-diff.h"
#include "result/json-text.h"
#include "tests/check.h"
#include "tests/run-diff-fixture.h"

Test(run_diff, a_build_of_a_git_ref_is_named_by_its_commit_and_the_ref)
{
    SyBuildInfo build = {.flavor = (char *)"modded",
                         .release = (char *)"10.0",
                         .upstream = (char *)"1:10.0.13",
                         .commit = (char *)"0123456789abcdef0123456789abcdef01234567",
                         .ref = (char *)"HEAD~3"};
    SyRunDiffRun side = {.id = (char *)"a", .build = &build};
    g_autofree char *by_ref = sy_run_diff_run_text(&side), *by_id = NULL;

    cr_assert_str_eq(by_ref, "modded:10.0 (1:10.0.13, commit 0123456789ab = HEAD~3), run a");
    build.ref = (char *)"0123456";
    by_id = sy_run_diff_run_text(&side);
    cr_assert_str_eq(by_id, "modded:10.0 (1:10.0.13, commit 0123456789ab), run a");
}

Test(run_diff, runs_without_a_common_case_are_refused)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    const double one = 1;
    GError *error = NULL;

    diff_add(x, "probe/n=1", "native", "us", SY_BETTER_LOWER, 1, &one);
    diff_add(y, "probe/n=2", "native", "us", SY_BETTER_LOWER, 1, &one);
    cr_assert_null(sy_run_diff_of(x, y, &rule, &error));
    check_error(error, SY_ERROR_USAGE, "no case in common");
}

Test(run_diff, cases_that_were_not_measured_are_undecided_with_their_reason)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    const double values[] = {1, 2, 3};
    SyCaseResult *bad;
    GError *error = NULL;

    diff_add(x, "probe/n=1", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(y, "probe/n=1", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(x, "probe/n=2", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(y, "probe/n=2", "native", "us", SY_BETTER_LOWER, 0, NULL);
    diff_add(x, "probe/n=3", "native", "us", SY_BETTER_LOWER, 0, NULL);
    diff_add(y, "probe/n=3", "native", "us", SY_BETTER_LOWER, 0, NULL);
    diff_add(y, "probe/n=4", "native", "us", SY_BETTER_LOWER, 3, values);
    bad = sy_run_result_find(y, "probe/n=1");
    bad->status = SY_STATUS_INCONCLUSIVE;
    bad->reason = g_strdup("starved");
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, &error);
    check_no_error(error);
    cr_assert_eq(c->rows->len, 2, "what neither side measured is no row");
    cr_assert_str_eq(((SyRunDiffRow *)g_ptr_array_index(c->rows, 0))->reason,
                     "new is INCONCLUSIVE: starved");
    cr_assert_str_eq(((SyRunDiffRow *)g_ptr_array_index(c->rows, 1))->reason,
                     "not measured in new");
    cr_assert_str_eq(g_ptr_array_index(c->notes, 0), "only in new: probe/n=4");
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_INCONCLUSIVE);
}

Test(run_diff, globs_choose_what_is_compared)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    const double one = 1;

    for (int i = 0; i < 12; i++) {
        g_autofree char *id = g_strdup_printf("probe/n=%d", i / 4);

        diff_add(x, id, "native", "us", SY_BETTER_LOWER, 1, &one);
        diff_add(y, id, "native", "us", SY_BETTER_LOWER, 1, &one);
    }
    for (int i = 0; i < 4; i++) {
        const guint rows[] = {12, 4, 3, 1};
        g_autoptr(SyRunDiff) c = NULL;

        rule.cases = i & 1 ? "*n=2" : NULL;
        rule.metrics = i & 2 ? "metric_3" : NULL;
        c = sy_run_diff_of(x, y, &rule, NULL);
        cr_assert_eq(c->rows->len, rows[i]);
    }
}

Test(run_diff, text_and_json_say_what_was_found)
{
    g_autoptr(SyRunDiff) c =
        diff_of_one("native", "%", SY_BETTER_TARGET, 0.01, 1.01, 0.1, DIFF_REPETITIONS);
    g_autofree char *text = NULL, *json = sy_run_diff_json(c);
    g_autoptr(JsonNode) node = sy_json_parse(json, -1, "test", NULL);
    JsonObject *row;

    g_ptr_array_add(c->notes, g_strdup("forced: \033[31m"));
    text = sy_run_diff_text(c, &(SyTerminalStyle){.width = 120});
    cr_assert_not_null(strstr(text, "REGRESSION    metric_0  probe\n"), "%s", text);
    cr_assert_not_null(strstr(text, "shift +1.001 ["), "%s", text);
    cr_assert_not_null(strstr(text, "FAIL: 1 of 1 metric got worse."), "%s", text);
    cr_assert_null(strchr(text, '\033'));
    row = json_array_get_object_element(
        json_object_get_array_member(json_node_get_object(node), "rows"), 0);
    cr_assert_str_eq(json_object_get_string_member(row, "verdict"), "regression");
    cr_assert_eq(json_object_get_int_member(json_node_get_object(node), "exit"), 1);
}

/* A build that lacks a feature would else be told so once for each of its figures. */
Test(run_diff, a_case_that_one_side_could_not_measure_is_one_entry)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    g_autofree char *text = NULL, *page = NULL;
    const double values[] = {1, 2, 3};
    SyCaseResult *broken;

    diff_add(x, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(x, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(y, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    diff_add(y, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    broken = sy_run_result_find(x, "probe");
    broken->status = SY_STATUS_ERROR;
    broken->reason = g_strdup("it has no such command");
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    text = sy_run_diff_text(c, &(SyTerminalStyle){.width = 120});
    page = sy_html_run_diff(c);
    cr_assert_not_null(strstr(text, "UNDECIDED     probe: metric_0, metric_1\n"
                                    "              base is ERROR: it has no such command\n"),
                       "%s", text);
    cr_assert_not_null(strstr(page, "base is ERROR: it has no such command"));
    cr_assert_not_null(strstr(page, "as above"));
    cr_assert_eq(sy_run_diff_count(c, SY_RUN_DIFF_UNDECIDED), 2, "they are two figures still");
}

/* ---- what base measured and new did not ---- */

#define EQUAL_CASES 5

static const double steady[DIFF_REPETITIONS] = {1000, 1001, 1000, 1001, 1000,
                                                1001, 1000, 1001, 1000, 1001};

static SyRunResult *equal_run(void)
{
    SyRunResult *run = diff_run("a", "f00");

    for (int i = 0; i < EQUAL_CASES; i++) {
        g_autofree char *id = g_strdup_printf("probe/n=%d", i);

        diff_add(run, id, "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, steady);
        diff_add(run, id, "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, steady);
    }
    return run;
}

static SyMetric *metric_of(SyRunResult *run, guint i)
{
    return g_ptr_array_index(((SyCaseResult *)g_ptr_array_index(run->cases, i))->metrics, 1);
}

static void make_inconclusive(SyRunResult *run, guint i)
{
    SyCaseResult *result = g_ptr_array_index(run->cases, i);

    result->status = SY_STATUS_INCONCLUSIVE;
    result->reason = g_strdup("starved");
    g_array_set_size(((SyMetric *)g_ptr_array_index(result->metrics, 0))->samples, 0);
    g_array_set_size(((SyMetric *)g_ptr_array_index(result->metrics, 1))->samples, 0);
}

/* Compares two equal runs, the second of which is changed by `change`. */
static SyRunDiff *diff_after(void (*change)(SyRunResult *new_run))
{
    g_autoptr(SyRunResult) x = equal_run(), y = equal_run();
    GError *error = NULL;
    SyRunDiff *diff;

    change(y);
    diff = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, &error);
    check_no_error(error);
    return diff;
}

static void nothing(SyRunResult *run)
{
    (void)run;
}

static void one_inconclusive(SyRunResult *run)
{
    make_inconclusive(run, 1);
}

static void one_skipped(SyRunResult *run)
{
    make_inconclusive(run, 1);
    ((SyCaseResult *)g_ptr_array_index(run->cases, 1))->status = SY_STATUS_SKIP;
}

static void one_missing(SyRunResult *run)
{
    g_ptr_array_remove_index(run->cases, 1);
}

static void metric_missing(SyRunResult *run)
{
    g_ptr_array_remove_index(((SyCaseResult *)g_ptr_array_index(run->cases, 1))->metrics, 1);
}

static void metric_without_values(SyRunResult *run)
{
    g_array_set_size(metric_of(run, 1)->samples, 0);
}

static void metric_with_few_values(SyRunResult *run)
{
    g_array_set_size(metric_of(run, 1)->samples, 4);
}

Test(run_diff, what_only_base_could_decide_is_inconclusive_and_named)
{
    static const struct {
        void (*change)(SyRunResult *run);
        const char *name, *reason;
        guint lost;
    } known[] = {
        {one_inconclusive, "because of new: probe/n=1", "new is INCONCLUSIVE: starved", 2},
        {one_skipped, "because of new: probe/n=1", "new is SKIP: starved", 2},
        {one_missing, "because of new: probe/n=1", "new has no such case", 2},
        {metric_missing, "because of new: probe/n=1 (metric_1)", "not measured in new", 1},
        {metric_without_values, "because of new: probe/n=1 (metric_1)", "not measured in new", 1},
        {metric_with_few_values, "because of new: probe/n=1 (metric_1)", "are too few", 1},
    };
    g_autoptr(SyRunDiff) equal = diff_after(nothing);

    cr_assert_eq(sy_run_diff_exit_code(equal), SY_EXIT_PASS);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunDiff) c = diff_after(known[i].change);
        g_autofree char *text = sy_run_diff_text(c, &(SyTerminalStyle){.width = 120});
        g_autofree char *last = g_strdup_printf("(%u because of new alone)", known[i].lost);

        cr_assert_eq(c->rows->len, 2 * EQUAL_CASES);
        cr_assert_eq(sy_run_diff_count_lost(c), known[i].lost, "%zu", i);
        cr_assert_eq(sy_run_diff_count(c, SY_RUN_DIFF_UNDECIDED), known[i].lost);
        cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_INCONCLUSIVE, "%zu", i);
        cr_assert_not_null(strstr(g_ptr_array_index(c->notes, 0), known[i].name), "%zu: %s", i,
                           (char *)g_ptr_array_index(c->notes, 0));
        cr_assert_not_null(strstr(text, known[i].reason), "%zu: %s", i, text);
        cr_assert_not_null(strstr(text, last), "%zu: %s", i, text);
    }
}

static void one_broken(SyRunResult *run)
{
    make_inconclusive(run, 1);
    ((SyCaseResult *)g_ptr_array_index(run->cases, 1))->status = SY_STATUS_ERROR;
}

static void one_inconclusive_one_worse(SyRunResult *run)
{
    make_inconclusive(run, 1);
    for (guint i = 0; i < DIFF_REPETITIONS; i++) {
        g_array_index(metric_of(run, 2)->samples, double, i) += 100;
    }
}

Test(run_diff, an_error_or_a_regression_outranks_what_is_undecided)
{
    g_autoptr(SyRunDiff) broken = diff_after(one_broken);
    g_autoptr(SyRunDiff) worse = diff_after(one_inconclusive_one_worse);

    cr_assert_eq(sy_run_diff_exit_code(broken), SY_EXIT_COULD_NOT_RUN);
    cr_assert_eq(sy_run_diff_exit_code(worse), SY_EXIT_FAIL);
}

/* The base's own gaps: nothing is lost, but how much may be undecided has a limit. */
Test(run_diff, too_large_a_share_of_undecided_metrics_is_inconclusive)
{
    static const struct {
        guint base, both;
        double allowed;
        int exit;
    } known[] = {
        {1, 0, 20, SY_EXIT_PASS},          {2, 0, 20, SY_EXIT_INCONCLUSIVE},
        {2, 0, 40, SY_EXIT_PASS},          {0, 1, 20, SY_EXIT_PASS},
        {0, 2, 20, SY_EXIT_INCONCLUSIVE},  {0, 1, 0, SY_EXIT_INCONCLUSIVE},
        {5, 0, 100, SY_EXIT_INCONCLUSIVE}, {0, 5, 100, SY_EXIT_INCONCLUSIVE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunResult) x = equal_run(), y = equal_run();
        g_autoptr(SyRunDiff) c = NULL;
        SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;

        for (guint k = 0; k < known[i].base + known[i].both; k++) {
            make_inconclusive(x, k);
        }
        for (guint k = 0; k < known[i].both; k++) {
            make_inconclusive(y, k);
        }
        rule.max_undecided_pct = known[i].allowed;
        c = sy_run_diff_of(x, y, &rule, NULL);
        cr_assert_eq(sy_run_diff_count_lost(c), 0);
        cr_assert_eq(sy_run_diff_exit_code(c), known[i].exit, "%zu: %d", i,
                     sy_run_diff_exit_code(c));
        if (known[i].allowed == 100) {
            g_autofree char *sentence = sy_run_diff_sentence(c);

            cr_assert_str_eq(sentence, "10 of 10 metrics are undecided.");
        }
    }
}

Test(run_diff, what_the_globs_leave_out_is_not_lost)
{
    g_autoptr(SyRunResult) x = equal_run(), y = equal_run();
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    g_autoptr(SyRunDiff) by_case = NULL, by_metric = NULL;

    make_inconclusive(y, 1);
    rule.cases = "*n=[023]";
    by_case = sy_run_diff_of(x, y, &rule, NULL);
    cr_assert_eq(sy_run_diff_exit_code(by_case), SY_EXIT_PASS);
    rule.cases = NULL;
    rule.metrics = "metric_9";
    by_metric = sy_run_diff_of(x, y, &rule, NULL);
    cr_assert_eq(sy_run_diff_count_lost(by_metric), 0);
    cr_assert_eq(sy_run_diff_exit_code(by_metric), SY_EXIT_COULD_NOT_RUN);
}

Test(run_diff, cases_that_nobody_could_run_are_nothing_to_compare)
{
    g_autoptr(SyRunResult) x = equal_run(), y = equal_run();
    g_autoptr(SyRunDiff) c = NULL;

    for (guint i = 0; i < EQUAL_CASES; i++) {
        make_inconclusive(x, i);
        make_inconclusive(y, i);
        ((SyCaseResult *)g_ptr_array_index(x->cases, i))->status = SY_STATUS_ERROR;
        ((SyCaseResult *)g_ptr_array_index(y->cases, i))->status = SY_STATUS_SKIP;
    }
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_COULD_NOT_RUN);
}

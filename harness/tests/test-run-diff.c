/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "base/exit-code.h"
#include "judge/run-diff-json.h"
#include "report/html-run-diff.h"
#include "report/run-diff.h"
#include "result/json-text.h"
#include "tests/check.h"

/* What `make compare` measures of each side at first. */
#define REPETITIONS 10

static SyRunResult *empty_run(const char *id, const char *fingerprint)
{
    SyRunResult *run = sy_run_result_new();

    run->id = g_strdup(id);
    run->started = g_strdup("2026-11-20T16:08:00Z");
    run->exit = 0;
    run->host = g_new0(SyHostFingerprint, 1);
    run->host->fingerprint = g_strdup(fingerprint);
    return run;
}

static SyMetric *add(SyRunResult *run, const char *id, const char *mode, const char *unit,
                     SyBetter better, guint n, const double *values)
{
    SyCaseResult *result = sy_run_result_find(run, id);
    g_autofree char *name = NULL;
    SyMetric *metric;

    if (!result) {
        result = sy_case_result_new(id, "probe");
        result->host_mode = g_strdup(mode);
        result->index = run->cases->len;
        sy_run_result_add(run, result);
    }
    name = g_strdup_printf("metric_%u", result->metrics->len);
    metric = sy_metric_new(name, unit, better);
    if (better == SY_BETTER_TARGET && strcmp(id, "context") != 0) {
        metric->gate = (SyGate){.bounds_samples = true, .limit = 5};
    }
    if (n) {
        g_array_append_vals(metric->samples, values, n);
    }
    g_ptr_array_add(result->metrics, metric);
    return metric;
}

/* One metric, ten values around `base` and ten around `moved`, spread by `spread`. */
static SyRunDiff *of_one(const char *mode, const char *unit, SyBetter better, double base,
                         double moved, double spread, guint n)
{
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    double left[40], right[40];
    GError *error = NULL;
    SyRunDiff *c;

    for (guint i = 0; i < n; i++) {
        double step = ((double)(i * 7 % n) - n / 2.0) * spread / n;

        left[i] = base + step;
        right[i] = moved + step + spread / 100;
    }
    add(x, "probe", mode, unit, better, n, left);
    add(y, "probe", mode, unit, better, n, right);
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, &error);
    check_no_error(error);
    cr_assert_eq(c->rows->len, 1);
    return c;
}

Test(run_diff, verdicts_follow_what_is_better_and_what_counts)
{
    static const struct {
        const char *unit;
        SyBetter better;
        double base, moved, spread;
        SyRunDiffVerdict verdict;
        int exit;
    } known[] = {
        {"us", SY_BETTER_LOWER, 100, 103, 1, SY_RUN_DIFF_REGRESSION, 1},
        {"us", SY_BETTER_LOWER, 100, 97, 1, SY_RUN_DIFF_IMPROVEMENT, 0},
        {"1/s", SY_BETTER_HIGHER, 100, 97, 1, SY_RUN_DIFF_REGRESSION, 1},
        {"1/s", SY_BETTER_HIGHER, 100, 103, 1, SY_RUN_DIFF_IMPROVEMENT, 0},
        /* The share's error: 1 % more quota, either sign; and by 0.1 points, which do not count. */
        {"%", SY_BETTER_TARGET, 0.01, 1.01, 0.1, SY_RUN_DIFF_REGRESSION, 1},
        {"%", SY_BETTER_TARGET, -0.01, -1.01, 0.1, SY_RUN_DIFF_REGRESSION, 1},
        {"%", SY_BETTER_TARGET, 2, 0.5, 0.1, SY_RUN_DIFF_IMPROVEMENT, 0},
        {"%", SY_BETTER_TARGET, 1, -1.1, 0.1, SY_RUN_DIFF_DIFFERENT, 0},
        {"%", SY_BETTER_TARGET, 0.01, 0.11, 0.02, SY_RUN_DIFF_SAME, 0},
        /* Noise of half the value: nothing can be said. */
        {"us", SY_BETTER_LOWER, 100, 101, 50, SY_RUN_DIFF_UNDECIDED, 4},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunDiff) c = of_one("native", known[i].unit, known[i].better, known[i].base,
                                        known[i].moved, known[i].spread, REPETITIONS);
        const SyRunDiffRow *row = g_ptr_array_index(c->rows, 0);

        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s", i,
                     sy_run_diff_verdict_name(row->verdict));
        cr_assert_eq(sy_run_diff_exit_code(c), known[i].exit);
        cr_assert_eq(row->reason != NULL, row->verdict >= SY_RUN_DIFF_DIFFERENT);
    }
}

Test(run_diff, three_repetitions_are_told_to_be_too_few)
{
    g_autoptr(SyRunDiff) c = of_one("native", "us", SY_BETTER_LOWER, 100, 200, 1, 3);
    const SyRunDiffRow *row = g_ptr_array_index(c->rows, 0);

    cr_assert_eq(row->verdict, SY_RUN_DIFF_UNDECIDED);
    cr_assert_not_null(strstr(row->reason, "it takes 5 on each side"), "%s", row->reason);
    cr_assert(isinf(row->detectable));
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_INCONCLUSIVE);
}

/* In lab-exact one repetition is enough, the last digit is a difference, and what is worse by what
 * counts a regression. */
Test(run_diff, lab_exact_compares_to_the_digit)
{
    static const struct {
        double moved;
        SyRunDiffVerdict verdict;
    } known[] = {{100, SY_RUN_DIFF_SAME},
                 {100.00000000000001, SY_RUN_DIFF_DIFFERENT},
                 {101, SY_RUN_DIFF_REGRESSION},
                 {99, SY_RUN_DIFF_IMPROVEMENT}};

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunDiff) c =
            of_one("lab-exact", "us", SY_BETTER_LOWER, 100, known[i].moved, 0, 1);
        const SyRunDiffRow *row = g_ptr_array_index(c->rows, 0);
        g_autofree char *text = sy_run_diff_text(c, &(SyTerminalStyle){.width = 120});

        cr_assert(row->exact);
        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s", i,
                     sy_run_diff_verdict_name(row->verdict));
        cr_assert_eq(sy_run_diff_exit_code(c), row->verdict == SY_RUN_DIFF_REGRESSION ? 1 : 0);
        if (i == 1) {
            cr_assert_not_null(strstr(text, "e-14 exactly)"), "%s", text);
            cr_assert_not_null(strstr(text, "the only repetition differs by 1.4"), "%s", text);
        }
    }
}

/* The share itself, or kicks per period: a target without a gate has no worse. */
Test(run_diff, a_target_without_a_gate_only_differs)
{
    const double before[] = {50, 50.01, 49.99, 50, 50.02, 49.98, 50, 50.01, 49.99, 50};
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    double after[10];

    for (int i = 0; i < 10; i++) {
        after[i] = before[i] + 3;
    }
    add(x, "context", "native", "%", SY_BETTER_TARGET, 10, before);
    add(y, "context", "native", "%", SY_BETTER_TARGET, 10, after);
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    cr_assert_eq(((SyRunDiffRow *)g_ptr_array_index(c->rows, 0))->verdict, SY_RUN_DIFF_DIFFERENT);
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_PASS);
}

/* Repetitions of one build need not be equal; those of two builds need to be, one by one. */
Test(run_diff, lab_exact_compares_repetition_by_repetition)
{
    const double values[] = {3, 1, 2}, other_order[] = {1, 3, 2};

    for (int i = 0; i < 3; i++) {
        g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;

        add(x, "probe", "lab-exact", "us", SY_BETTER_LOWER, 3, values);
        add(y, "probe", "lab-exact", "us", SY_BETTER_LOWER, i == 2 ? 2 : 3,
            i == 1 ? other_order : values);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 0);
        cr_assert_eq(row->verdict, i ? SY_RUN_DIFF_DIFFERENT : SY_RUN_DIFF_SAME);
        cr_assert_eq(row->differing, i == 0 ? 0 : i == 1 ? 2 : 1);
        if (i == 1) {
            cr_assert_str_eq(row->reason, "2 of 3 repetitions differ, by at most -2; repetitions "
                                          "of one build differ by up to 2");
        } else if (i == 2) {
            cr_assert_str_eq(row->reason, "base has 3 repetitions, new has 2");
        }
    }
}

/* What other phases do to a figure, its repetitions show: a shift within that is not the build's,
 * unless the test finds it. */
Test(run_diff, lab_exact_calls_no_shift_of_phases_a_regression)
{
    static const struct {
        int n;
        double by;
        SyRunDiffVerdict verdict;
    } known[] = {{3, 5, SY_RUN_DIFF_DIFFERENT},
                 {3, 11, SY_RUN_DIFF_REGRESSION},
                 {3, -11, SY_RUN_DIFF_IMPROVEMENT},
                 {10, 2, SY_RUN_DIFF_DIFFERENT},
                 {10, 6, SY_RUN_DIFF_REGRESSION}};
    const double base[] = {100, 110, 104, 103, 106, 105, 102, 107, 101, 108};

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;
        double new[10];

        for (int k = 0; k < known[i].n; k++) {
            new[k] = base[(k + 1) % known[i].n] + known[i].by;
        }
        add(x, "probe", "lab-exact", "us", SY_BETTER_LOWER, known[i].n, base);
        add(y, "probe", "lab-exact", "us", SY_BETTER_LOWER, known[i].n, new);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 0);
        cr_assert_eq(row->spread, 10);
        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s, p %g", i,
                     sy_run_diff_verdict_name(row->verdict), row->p);
    }
}

/* After a case that ended in an error in one run only, a single repetition is no proof. */
Test(run_diff, lab_exact_after_a_broken_case_needs_repetitions)
{
    const double before[] = {100, 100, 100}, after[] = {102, 102, 102};

    for (guint n = 1; n <= 3; n += 2) {
        g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;

        add(x, "probe/n=1", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        add(y, "probe/n=1", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        sy_run_result_find(y, "probe/n=1")->status = SY_STATUS_ERROR;
        add(x, "probe/n=2", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        add(y, "probe/n=2", "lab-exact", "us", SY_BETTER_LOWER, n, after);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 1);
        cr_assert(row->shaken);
        cr_assert_eq(row->verdict, n == 1 ? SY_RUN_DIFF_DIFFERENT : SY_RUN_DIFF_REGRESSION);
        cr_assert_eq(row->reason != NULL, n == 1);
    }
}

/* `change` makes the second of two equal runs one that must not be compared with the first. */
static void check_refused(void (*change)(SyRunResult *run, SyCaseResult *result), const char *mode,
                          const char *words)
{
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    g_autoptr(SyRunDiff) c = NULL;
    const double one = 1;
    GError *error = NULL;

    add(x, "probe", mode, "us", SY_BETTER_LOWER, 1, &one);
    add(y, "probe", mode, "us", SY_BETTER_LOWER, 1, &one);
    x->lab = sy_lab_info_new();
    y->lab = sy_lab_info_new();
    c = sy_run_diff_of(x, y, &rule, &error);
    check_no_error(error);
    cr_assert_eq(c->notes->len, 0);
    change(y, g_ptr_array_index(y->cases, 0));
    cr_assert_null(sy_run_diff_of(x, y, &rule, &error));
    cr_assert_not_null(strstr(error->message, "--force"));
    check_error(error, SY_ERROR_USAGE, words);
    rule.force = true;
    sy_run_diff_free(g_steal_pointer(&c));
    c = sy_run_diff_of(x, y, &rule, &error);
    check_no_error(error);
    cr_assert_eq(c->notes->len, 1, "what was forced is in the result");
    cr_assert_not_null(strstr(g_ptr_array_index(c->notes, 0), words));
}

static void on_another_host(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    g_free(run->host->fingerprint);
    run->host->fingerprint = g_strdup("ba5");
}

static void in_another_mode(SyRunResult *run, SyCaseResult *result)
{
    (void)run;
    g_free(result->host_mode);
    result->host_mode = g_strdup("lab");
}

static void on_another_kernel(SyRunResult *run, SyCaseResult *result)
{
    (void)result;
    run->lab->kernel = g_strdup("6.13");
}

Test(run_diff, other_hosts_modes_and_labs_are_refused_unless_forced)
{
    check_refused(on_another_host, "native", "different hosts: f00 and ba5");
    check_refused(on_another_host, "lab", "different hosts: f00 and ba5");
    check_refused(in_another_mode, "native", "different host modes: native and lab");
    check_refused(on_another_kernel, "lab-exact", "different labs");
}

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
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    const double one = 1;
    GError *error = NULL;

    add(x, "probe/n=1", "native", "us", SY_BETTER_LOWER, 1, &one);
    add(y, "probe/n=2", "native", "us", SY_BETTER_LOWER, 1, &one);
    cr_assert_null(sy_run_diff_of(x, y, &rule, &error));
    check_error(error, SY_ERROR_USAGE, "no case in common");
}

Test(run_diff, cases_that_were_not_measured_are_undecided_with_their_reason)
{
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    const double values[] = {1, 2, 3};
    SyCaseResult *bad;
    GError *error = NULL;

    add(x, "probe/n=1", "native", "us", SY_BETTER_LOWER, 3, values);
    add(y, "probe/n=1", "native", "us", SY_BETTER_LOWER, 3, values);
    add(x, "probe/n=2", "native", "us", SY_BETTER_LOWER, 3, values);
    add(y, "probe/n=2", "native", "us", SY_BETTER_LOWER, 0, NULL);
    add(x, "probe/n=3", "native", "us", SY_BETTER_LOWER, 0, NULL);
    add(y, "probe/n=3", "native", "us", SY_BETTER_LOWER, 0, NULL);
    add(y, "probe/n=4", "native", "us", SY_BETTER_LOWER, 3, values);
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
    cr_assert_str_eq(g_ptr_array_index(c->notes, 0), "cases in one run only: 0 in base, 1 in new");
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_INCONCLUSIVE);
}

Test(run_diff, globs_choose_what_is_compared)
{
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
    const double one = 1;

    for (int i = 0; i < 12; i++) {
        g_autofree char *id = g_strdup_printf("probe/n=%d", i / 4);

        add(x, id, "native", "us", SY_BETTER_LOWER, 1, &one);
        add(y, id, "native", "us", SY_BETTER_LOWER, 1, &one);
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

/* Twenty metrics of one comparison, as a host gives them: steady ones, skewed ones, ones with
 * outliers, and coarse ones. `factor` scales those of new. */
static void measure(gsl_rng *rng, SyRunResult *run, double factor, double noise)
{
    for (int m = 0; m < 20; m++) {
        double values[REPETITIONS];

        for (int i = 0; i < REPETITIONS; i++) {
            double spread = m % 4 == 1   ? gsl_ran_exponential(rng, noise)
                            : m % 4 == 2 ? gsl_ran_gaussian(rng, i % 5 == 4 ? 5 * noise : noise)
                                         : gsl_ran_gaussian(rng, noise);
            double value = 1000 * factor * (1 + spread);

            values[i] = m % 4 == 3 ? round(value) : value;
        }
        add(run, "probe", "native", "us", SY_BETTER_LOWER, REPETITIONS, values);
    }
}

/* Out of `trials` comparisons, how many had a regression (`any`), and how many figures were one. */
static guint simulate(int trials, double factor, double noise, guint *any)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    guint figures = 0;

    gsl_rng_set(rng, 41);
    *any = 0;
    for (int trial = 0; trial < trials; trial++) {
        g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
        g_autoptr(SyRunDiff) c = NULL;

        measure(rng, x, 1, noise);
        measure(rng, y, factor, noise);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        figures += sy_run_diff_count(c, SY_RUN_DIFF_REGRESSION) +
                   sy_run_diff_count(c, SY_RUN_DIFF_IMPROVEMENT);
        *any += sy_run_diff_exit_code(c) == SY_EXIT_FAIL;
    }
    gsl_rng_free(rng);
    return figures;
}

/* The same build twice, 1000 comparisons of 20 figures: at most 1 % of the comparisons alarm, and
 * far fewer of the figures. */
Test(run_diff, equal_builds_do_not_alarm)
{
    guint any;
    guint figures = simulate(1000, 1, 0.02, &any);

    cr_assert_leq(any, 10, "%u of 1000 comparisons", any);
    cr_assert_leq(figures, 20, "%u of 20000 figures", figures);
}

/* 5 % worse, where repetitions vary by 1 %: found in at least 95 % of the figures. */
Test(run_diff, five_percent_worse_is_found)
{
    guint any;
    guint figures = simulate(200, 1.05, 0.01, &any);

    cr_assert_geq(figures, 200 * 20 * 95 / 100, "%u of 4000 figures", figures);
    cr_assert_eq(any, 200);
}

Test(run_diff, text_and_json_say_what_was_found)
{
    g_autoptr(SyRunDiff) c = of_one("native", "%", SY_BETTER_TARGET, 0.01, 1.01, 0.1, REPETITIONS);
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
    g_autoptr(SyRunResult) x = empty_run("a", "f00"), y = empty_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    g_autofree char *text = NULL, *page = NULL;
    const double values[] = {1, 2, 3};
    SyCaseResult *broken;

    add(x, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    add(x, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    add(y, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
    add(y, "probe", "native", "us", SY_BETTER_LOWER, 3, values);
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

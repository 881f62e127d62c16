/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "base/exit-code.h"
#include "report/run-diff.h"
#include "tests/check.h"
#include "tests/run-diff-fixture.h"

Test(run_diff_verdict, verdicts_follow_what_is_better_and_what_counts)
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
        g_autoptr(SyRunDiff) c =
            diff_of_one("native", known[i].unit, known[i].better, known[i].base, known[i].moved,
                        known[i].spread, DIFF_REPETITIONS);
        const SyRunDiffRow *row = g_ptr_array_index(c->rows, 0);

        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s", i,
                     sy_run_diff_verdict_name(row->verdict));
        cr_assert_eq(sy_run_diff_exit_code(c), known[i].exit);
        cr_assert_eq(row->reason != NULL, row->verdict >= SY_RUN_DIFF_DIFFERENT);
    }
}

Test(run_diff_verdict, three_repetitions_are_told_to_be_too_few)
{
    g_autoptr(SyRunDiff) c = diff_of_one("native", "us", SY_BETTER_LOWER, 100, 200, 1, 3);
    const SyRunDiffRow *row = g_ptr_array_index(c->rows, 0);

    cr_assert_eq(row->verdict, SY_RUN_DIFF_UNDECIDED);
    cr_assert_not_null(strstr(row->reason, "it takes 5 on each side"), "%s", row->reason);
    cr_assert(isinf(row->detectable));
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_INCONCLUSIVE);
}

/* In lab-exact one repetition is enough, the last digit is a difference, and what is worse by what
 * counts a regression. */
Test(run_diff_verdict, lab_exact_compares_to_the_digit)
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
            diff_of_one("lab-exact", "us", SY_BETTER_LOWER, 100, known[i].moved, 0, 1);
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
Test(run_diff_verdict, a_target_without_a_gate_only_differs)
{
    const double before[] = {50, 50.01, 49.99, 50, 50.02, 49.98, 50, 50.01, 49.99, 50};
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    double after[10];

    for (int i = 0; i < 10; i++) {
        after[i] = before[i] + 3;
    }
    diff_add(x, "context", "native", "%", SY_BETTER_TARGET, 10, before);
    diff_add(y, "context", "native", "%", SY_BETTER_TARGET, 10, after);
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    cr_assert_eq(((SyRunDiffRow *)g_ptr_array_index(c->rows, 0))->verdict, SY_RUN_DIFF_DIFFERENT);
    cr_assert_eq(sy_run_diff_exit_code(c), SY_EXIT_PASS);
}

/* Repetitions of one build need not be equal; those of two builds need to be, one by one. */
Test(run_diff_verdict, lab_exact_compares_repetition_by_repetition)
{
    const double values[] = {3, 1, 2}, other_order[] = {1, 3, 2};

    for (int i = 0; i < 3; i++) {
        g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;

        diff_add(x, "probe", "lab-exact", "us", SY_BETTER_LOWER, 3, values);
        diff_add(y, "probe", "lab-exact", "us", SY_BETTER_LOWER, i == 2 ? 2 : 3,
                 i == 1 ? other_order : values);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 0);
        cr_assert_eq(row->verdict, i == 0   ? SY_RUN_DIFF_SAME
                                   : i == 1 ? SY_RUN_DIFF_DIFFERENT
                                            : SY_RUN_DIFF_UNDECIDED);
        cr_assert_eq(row->lost, i == 2, "base measured a repetition that new did not");
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
Test(run_diff_verdict, lab_exact_calls_no_shift_of_phases_a_regression)
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
        g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;
        double new[10];

        for (int k = 0; k < known[i].n; k++) {
            new[k] = base[(k + 1) % known[i].n] + known[i].by;
        }
        diff_add(x, "probe", "lab-exact", "us", SY_BETTER_LOWER, known[i].n, base);
        diff_add(y, "probe", "lab-exact", "us", SY_BETTER_LOWER, known[i].n, new);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 0);
        cr_assert_eq(row->spread, 10);
        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s, p %g", i,
                     sy_run_diff_verdict_name(row->verdict), row->p);
    }
}

/* After a case that ended in an error in one run only, a single repetition is no proof. */
Test(run_diff_verdict, lab_exact_after_a_broken_case_needs_repetitions)
{
    const double before[] = {100, 100, 100}, after[] = {102, 102, 102};

    for (guint n = 1; n <= 3; n += 2) {
        g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "ba5");
        g_autoptr(SyRunDiff) c = NULL;
        const SyRunDiffRow *row;

        diff_add(x, "probe/n=1", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        diff_add(y, "probe/n=1", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        sy_run_result_find(y, "probe/n=1")->status = SY_STATUS_ERROR;
        diff_add(x, "probe/n=2", "lab-exact", "us", SY_BETTER_LOWER, n, before);
        diff_add(y, "probe/n=2", "lab-exact", "us", SY_BETTER_LOWER, n, after);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        row = g_ptr_array_index(c->rows, 1);
        cr_assert(row->shaken);
        cr_assert_eq(row->verdict, n == 1 ? SY_RUN_DIFF_DIFFERENT : SY_RUN_DIFF_REGRESSION);
        cr_assert_eq(row->reason != NULL, n == 1);
    }
}

/* Twenty metrics of one comparison, as a host gives them: steady ones, skewed ones, ones with
 * outliers, and coarse ones. `factor` scales those of new. */
static void measure(gsl_rng *rng, SyRunResult *run, double factor, double noise)
{
    for (int m = 0; m < 20; m++) {
        double values[DIFF_REPETITIONS];

        for (int i = 0; i < DIFF_REPETITIONS; i++) {
            double spread = m % 4 == 1   ? gsl_ran_exponential(rng, noise)
                            : m % 4 == 2 ? gsl_ran_gaussian(rng, i % 5 == 4 ? 5 * noise : noise)
                                         : gsl_ran_gaussian(rng, noise);
            double value = 1000 * factor * (1 + spread);

            values[i] = m % 4 == 3 ? round(value) : value;
        }
        diff_add(run, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, values);
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
        g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
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
Test(run_diff_verdict, equal_builds_do_not_alarm)
{
    guint any;
    guint figures = simulate(1000, 1, 0.02, &any);

    cr_assert_leq(any, 10, "%u of 1000 comparisons", any);
    cr_assert_leq(figures, 20, "%u of 20000 figures", figures);
}

/* 5 % worse, where repetitions vary by 1 %: found in at least 95 % of the figures. */
Test(run_diff_verdict, five_percent_worse_is_found)
{
    guint any;
    guint figures = simulate(200, 1.05, 0.01, &any);

    cr_assert_geq(figures, 200 * 20 * 95 / 100, "%u of 4000 figures", figures);
    cr_assert_eq(any, 200);
}

/* ---- the same means equivalent ---- */

/* Adds `count` metrics that are 1 in every repetition. */
static void add_constants(SyRunResult *run, guint count)
{
    const double ones[DIFF_REPETITIONS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

    for (guint i = 0; i < count; i++) {
        diff_add(run, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, ones);
    }
}

/* Values around 100 with a range of 5, and others that are higher by `by`. */
static SyRunDiff *diff_of_shift(double by)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    double base[DIFF_REPETITIONS], moved[DIFF_REPETITIONS];

    for (int i = 0; i < DIFF_REPETITIONS; i++) {
        base[i] = 97.5 + i * 5.0 / 9;
        moved[i] = base[i] + by;
    }
    diff_add(x, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, base);
    diff_add(y, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, moved);
    add_constants(x, 19);
    add_constants(y, 19);
    return sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
}

/* Probably worse by 2 to 3 %, although the test is not sure among so many metrics. */
Test(run_diff_verdict, a_shift_whose_interval_excludes_0_is_not_the_same)
{
    g_autoptr(SyRunDiff) c = diff_of_shift(2.3);
    const SyRunDiffRow *row = diff_row(c, 0);

    cr_assert_gt(row->shift.interval[0], 0);
    cr_assert_lt(row->shift.interval[1], row->tolerance);
    cr_assert_gt(row->p, c->rule.level);
    cr_assert_eq(row->verdict, SY_RUN_DIFF_UNDECIDED, "%s", sy_run_diff_verdict_name(row->verdict));
    cr_assert_not_null(strstr(row->reason, "probably a small shift, between"), "%s", row->reason);
}

Test(run_diff_verdict, an_interval_around_0_within_the_tolerance_is_the_same)
{
    g_autoptr(SyRunDiff) c = diff_of_shift(0.6);

    cr_assert_eq(diff_row(c, 0)->verdict, SY_RUN_DIFF_SAME);
}

/* Whatever is compared; what is off by more than the tolerance is hardly ever called the same. */
Test(run_diff_verdict, all_that_is_called_the_same_is_equivalent)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    guint same = 0, wrong = 0, off = 0;

    gsl_rng_set(rng, 43);
    for (int trial = 0; trial < 300; trial++) {
        g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
        g_autoptr(SyRunDiff) c = NULL;
        double factor = trial % 3 ? 1 + 0.01 * (trial % 5) : 1.053;
        double noise = 0.002 * (1 + trial % 7);

        measure(rng, x, 1, noise);
        measure(rng, y, factor, noise);
        c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
        for (guint i = 0; i < c->rows->len; i++) {
            const SyRunDiffRow *row = diff_row(c, i);
            const double *interval = row->shift.interval;
            double farthest = fmax(-interval[0], interval[1]);

            off += factor > 1.05;
            if (row->verdict == SY_RUN_DIFF_SAME) {
                same++;
                wrong += factor > 1.05;
                cr_assert_leq(farthest, row->tolerance);
                cr_assert((interval[0] <= 0 && interval[1] >= 0) || farthest <= row->threshold);
            }
        }
    }
    gsl_rng_free(rng);
    cr_assert_gt(same, 500, "%u", same);
    cr_assert_leq(wrong, off / 100, "%u of %u", wrong, off);
}

/* ---- the metric's own scale ---- */

typedef struct {
    const char *unit;
    SyBetter better;
    SyGate gate;
    double base, moved, spread;
} Gated;

static SyRunDiff *diff_of_gated(const Gated *g)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    double base[DIFF_REPETITIONS], moved[DIFF_REPETITIONS];

    for (int i = 0; i < DIFF_REPETITIONS; i++) {
        base[i] = g->base + g->spread * (i - 4.5) / 9;
        moved[i] = g->moved + g->spread * (i - 4.5) / 9;
    }
    diff_add(x, "probe", "native", g->unit, g->better, DIFF_REPETITIONS, base)->gate = g->gate;
    diff_add(y, "probe", "native", g->unit, g->better, DIFF_REPETITIONS, moved);
    return sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
}

#define SAMPLES_AND_MEDIAN(samples, median)                                                        \
    {                                                                                              \
        .bounds_samples = true, .bounds_median = true, .limit = (samples),                         \
        .median_limit = (median)                                                                   \
    }
#define MEDIAN(median)                                                                             \
    {                                                                                              \
        .bounds_median = true, .median_limit = (median)                                            \
    }

Test(run_diff_verdict, an_error_is_judged_on_the_scale_of_its_tightest_gate)
{
    static const struct {
        Gated metric;
        SyRunDiffVerdict verdict;
    } known[] = {
        /* The median may be off by 0.1 points: 0.45 are not the same as 0.01. */
        {{"%", SY_BETTER_TARGET, SAMPLES_AND_MEDIAN(0.5, 0.1), 0.01, 0.45, 0.02},
         SY_RUN_DIFF_REGRESSION},
        {{"%", SY_BETTER_TARGET, SAMPLES_AND_MEDIAN(0.5, 0.1), 0.01, 0.45, 2},
         SY_RUN_DIFF_UNDECIDED},
        {{"%", SY_BETTER_TARGET, SAMPLES_AND_MEDIAN(0.5, 0.1), 0.01, 0.02, 0.02}, SY_RUN_DIFF_SAME},
        {{"%", SY_BETTER_LOWER, MEDIAN(1), 0.2, 0.9, 0.02}, SY_RUN_DIFF_REGRESSION},
        {{"%", SY_BETTER_LOWER, MEDIAN(1), 0.2, 0.3, 1.5}, SY_RUN_DIFF_UNDECIDED},
        /* A gate of 5 points, as before. */
        {{"%", SY_BETTER_TARGET, SAMPLES_AND_MEDIAN(5, 5), 0.01, 0.3, 0.02}, SY_RUN_DIFF_SAME},
        /* No gate: points. */
        {{"%", SY_BETTER_LOWER, {0}, 0.2, 0.6, 0.02}, SY_RUN_DIFF_SAME},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunDiff) c = diff_of_gated(&known[i].metric);
        const SyRunDiffRow *row = diff_row(c, 0);

        cr_assert_eq(row->verdict, known[i].verdict, "%zu: %s, +-%g", i,
                     sy_run_diff_verdict_name(row->verdict), row->tolerance);
    }
}

/* 5 % less than 0.9995 would be within the tolerance, but far beyond a gate of 0.99. */
Test(run_diff_verdict, the_tolerance_ends_at_a_gate_that_the_base_keeps)
{
    static const struct {
        Gated metric;
        double tolerance;
    } known[] = {
        {{"1", SY_BETTER_HIGHER, MEDIAN(0.99), 0.9995, 0.9995, 0}, 0.0095},
        {{"1", SY_BETTER_HIGHER, MEDIAN(0.99), 0.992, 0.992, 0}, 0.00496},
        {{"1", SY_BETTER_HIGHER, MEDIAN(0.25), 0.8, 0.8, 0}, 0.04},
        {{"ns", SY_BETTER_LOWER, MEDIAN(104), 100, 100, 0}, 4},
        {{"ns", SY_BETTER_LOWER, MEDIAN(90), 100, 100, 0}, 5},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        g_autoptr(SyRunDiff) c = diff_of_gated(&known[i].metric);

        cr_assert_float_eq(diff_row(c, 0)->tolerance, known[i].tolerance, 1e-9, "%zu: %.9g", i,
                           diff_row(c, 0)->tolerance);
    }
}

/* ---- Holm's number of metrics ---- */

enum { OTHERS_EQUAL, OTHERS_DIFFER, OTHERS_EMPTY, OTHERS_INCONCLUSIVE, OTHERS };

/* The corrected p of one metric beside 19 others, of its own case and of another. */
static double p_beside(int others)
{
    g_autoptr(SyRunResult) x = diff_run("a", "f00"), y = diff_run("b", "f00");
    g_autoptr(SyRunDiff) c = NULL;
    double base[DIFF_REPETITIONS], moved[DIFF_REPETITIONS];

    for (int i = 0; i < DIFF_REPETITIONS; i++) {
        base[i] = 100 + 7 * i % 10;
        moved[i] = base[i] + 5.5;
    }
    diff_add(x, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, base);
    diff_add(y, "probe", "native", "us", SY_BETTER_LOWER, DIFF_REPETITIONS, moved);
    for (int i = 0; i < 19; i++) {
        const char *id = i < 9 ? "probe" : "other";
        guint n = others == OTHERS_EMPTY ? 0 : DIFF_REPETITIONS;
        const double *other = others == OTHERS_DIFFER && i % 2 ? &base[1] : base;

        diff_add(x, id, "native", "us", SY_BETTER_LOWER, n, base);
        diff_add(y, id, "native", "us", SY_BETTER_LOWER, other == base ? n : n - 1, other);
    }
    if (others == OTHERS_INCONCLUSIVE) {
        sy_run_result_find(y, "other")->status = SY_STATUS_INCONCLUSIVE;
    }
    c = sy_run_diff_of(x, y, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    cr_assert_eq(c->compared, 20);
    return diff_row(c, 0)->p / diff_row(c, 0)->shift.p;
}

Test(run_diff_verdict, p_is_corrected_for_the_metrics_of_the_plan_whatever_they_turned_out_to_be)
{
    for (int others = 0; others < OTHERS; others++) {
        cr_assert_float_eq(p_beside(others), 20, 1e-9, "%d: %g", others, p_beside(others));
    }
}

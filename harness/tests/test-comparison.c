/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons within a run: what a row is, what decides it, and what it does to the verdict. */
#include <math.h>

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "report/comparison.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/summary.h"
#include "report/terminal.h"
#include "result/run-json.h"
#include "run/comparison-job.h"
#include "run/job.h"
#include "run/matrix.h"
#include "stats/sample.h"
#include "tests/check.h"
#include "tests/sample-peers.h"

static const SyComparisonRow *row(const SyComparison *c, guint index)
{
    return g_ptr_array_index(c->rows, index);
}

static void remove_case(SyRunResult *run, const char *limiter, const char *ratio)
{
    g_ptr_array_remove(run->cases, sample_peers_case(run, limiter, ratio));
    sy_comparisons_judge(run);
}

Test(comparison, pairs_the_cases_that_agree_in_all_other_parameters)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");

    cr_assert_eq(c->rows->len, 2);
    cr_assert_eq(c->status, SY_STATUS_PASS);
    cr_assert_null(c->reason);
    cr_assert_str_eq(row(c, 0)->where, "ratio_pct=10,period_ms=20");
    cr_assert_str_eq(row(c, 0)->value, "cgroup");
    cr_assert_str_eq(row(c, 0)->subject.case_id,
                     "throttle.peers/limiter=kvm-throttle,ratio_pct=10,period_ms=20");
    cr_assert_str_eq(row(c, 1)->against.case_id,
                     "throttle.peers/limiter=cgroup,ratio_pct=50,period_ms=20");
    cr_assert(row(c, 1)->subject.median == -0.002 && row(c, 1)->against.median == 0.1);
    cr_assert(row(c, 1)->against.ci95[0] == 0.05);
}

Test(comparison, with_any_other_value_has_a_row_for_each)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "*");

    cr_assert_eq(c->rows->len, 4);
    cr_assert_eq(c->status, SY_STATUS_PASS);
}

Test(comparison, one_worse_row_fails_it_whatever_the_sign)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "*");

    sample_peers_set(sample_peers_case(run, "cgroup", "50"), "share_error_pct", -0.0001);
    sy_comparisons_judge(run);
    cr_assert_eq(c->status, SY_STATUS_FAIL);
    cr_assert_eq(sy_comparison_count(c, SY_STATUS_FAIL), 1);
    cr_assert_str_eq(c->reason,
                     "1 of 4 rows: ratio_pct=50,period_ms=20: share_error_pct -0.002 % against "
                     "-0.0001 % of limiter=cgroup: worse by 0.0019 [0.0009, 0.0029] %; "
                     "tolerance 0");
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_FAIL);
}

/* What two equal limiters measure scatters, so one of them has the larger median. */
Test(comparison, of_equals_is_settled_by_the_tolerance_not_by_their_medians)
{
    g_autoptr(SyRunResult) run = sample_peers();
    SyComparison *c = sample_peers_compare(run, "cgroup");

    sample_peers_set(sample_peers_case(run, "cgroup", "10"), "share_error_pct", -0.0039);
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_INCONCLUSIVE, "may be worse, or better");
    cr_assert_not_null(strstr(row(c, 0)->reason, "too noisy to tell"), "%s", row(c, 0)->reason);
    c->tolerance = 0.01;
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_PASS, "certainly not worse by more than that");
    sample_peers_set(sample_peers_case(run, "kvm-throttle", "10"), "share_error_pct", 0.1);
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_FAIL);
}

/* 5000 comparisons of 4 rows whose limiters are equal, with more scatter than tolerance: at most
 * 1 % of them fail. By their medians, most would. */
Test(comparison, of_equal_limiters_fails_in_at_most_one_of_a_hundred_runs)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);
    g_autoptr(SyRunResult) run = sample_peers();
    SyComparison *c = sample_peers_compare(run, "*");
    guint failed = 0, by_medians = 0;

    for (int trial = 0; trial < 5000; trial++) {
        bool larger = false;

        for (guint i = 0; i < run->cases->len; i++) {
            SyMetric *m =
                sy_case_result_metric(g_ptr_array_index(run->cases, i), "share_error_pct");

            for (guint k = 0; k < m->samples->len; k++) {
                g_array_index(m->samples, double, k) = g_rand_double_range(rand, -1, 1);
            }
            m->median =
                sy_sample_median((const double *)(gconstpointer)m->samples->data, m->samples->len);
        }
        sy_comparisons_judge(run);
        failed += c->status == SY_STATUS_FAIL;
        for (guint i = 0; i < c->rows->len; i++) {
            larger = larger || fabs(row(c, i)->subject.median) > fabs(row(c, i)->against.median);
        }
        by_medians += larger;
    }
    cr_log_info("%u of 5000 fail; by their medians %u would", failed, by_medians);
    cr_assert_leq(failed, 50, "%u of 5000", failed);
    cr_assert_gt(by_medians, 3000, "a coin's toss for each row: %u of 5000", by_medians);
}

Test(comparison, with_too_few_repetitions_is_inconclusive_and_says_how_many_it_takes)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");
    SyCaseResult *ours = sample_peers_case(run, "kvm-throttle", "10");
    SyCaseResult *theirs = sample_peers_case(run, "cgroup", "10");

    g_array_set_size(sy_case_result_metric(ours, "share_error_pct")->samples, 3);
    g_array_set_size(sy_case_result_metric(theirs, "share_error_pct")->samples, 3);
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_str_eq(row(c, 0)->reason, "ratio_pct=10,period_ms=20: too few repetitions; a "
                                        "comparison with 2 rows takes 5 of each case");
    cr_assert_eq(row(c, 1)->status, SY_STATUS_PASS);
}

Test(comparison, in_lab_exact_goes_by_every_repetition_however_few)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");
    const char *const limiters[] = {"kvm-throttle", "cgroup"};

    for (gsize i = 0; i < G_N_ELEMENTS(limiters); i++) {
        SyCaseResult *result = sample_peers_case(run, limiters[i], "10");

        g_free(result->host_mode);
        result->host_mode = g_strdup("lab-exact");
        g_array_set_size(sy_case_result_metric(result, "share_error_pct")->samples, 2);
    }
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_PASS);
    cr_assert_float_eq(row(c, 0)->interval[0], 0.004 - 0.45, 1e-12);
    cr_assert_float_eq(row(c, 0)->interval[1], 0.006 - 0.3, 1e-12);
}

Test(comparison, follows_what_is_better)
{
    static const struct {
        SyBetter better;
        double subject, against, tolerance;
        SyStatus status;
    } table[] = {
        {SY_BETTER_LOWER, 5, 50, 0, SY_STATUS_PASS},
        {SY_BETTER_LOWER, 50, 5, 0, SY_STATUS_FAIL},
        {SY_BETTER_LOWER, 50, 5, 90, SY_STATUS_PASS},
        {SY_BETTER_LOWER, -9, 5, 0, SY_STATUS_PASS},
        {SY_BETTER_HIGHER, 5, 50, 0, SY_STATUS_FAIL},
        {SY_BETTER_HIGHER, 50, 5, 0, SY_STATUS_PASS},
        {SY_BETTER_HIGHER, 5, -9, 0, SY_STATUS_PASS},
        {SY_BETTER_TARGET, -5, 50, 0, SY_STATUS_PASS},
        {SY_BETTER_TARGET, -50, 5, 0, SY_STATUS_FAIL},
    };
    g_autoptr(SyRunResult) run = sample_peers();
    SyComparison *c = sample_peers_compare(run, "cgroup");

    g_free(c->metric);
    c->metric = g_strdup("window_lateness_us");
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        c->better = table[i].better;
        c->tolerance = table[i].tolerance;
        sample_peers_set(sample_peers_case(run, "kvm-throttle", "10"), c->metric, table[i].subject);
        sample_peers_set(sample_peers_case(run, "cgroup", "10"), c->metric, table[i].against);
        sy_comparisons_judge(run);
        cr_assert_eq(row(c, 0)->status, table[i].status, "entry %zu", i);
    }
}

Test(comparison, with_a_doubtful_or_unmeasured_side_is_inconclusive)
{
    static const SyStatus statuses[] = {SY_STATUS_INCONCLUSIVE, SY_STATUS_SKIP, SY_STATUS_ERROR};
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");
    SyCaseResult *ours = sample_peers_case(run, "kvm-throttle", "10");
    SyCaseResult *theirs = sample_peers_case(run, "cgroup", "10");

    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        ours->status = statuses[i];
        sy_comparisons_judge(run);
        cr_assert_eq(c->status, SY_STATUS_INCONCLUSIVE);
        ours->status = SY_STATUS_PASS;
        theirs->status = statuses[i];
        sy_comparisons_judge(run);
        cr_assert_eq(c->status, SY_STATUS_INCONCLUSIVE);
        cr_assert_not_null(strstr(c->reason, sy_status_name(statuses[i])));
        theirs->status = SY_STATUS_FAIL; /* a broken gate is a measured figure */
        sy_comparisons_judge(run);
        cr_assert_eq(c->status, SY_STATUS_PASS);
    }
    sy_case_result_metric(theirs, "share_error_pct")->median = NAN;
    sy_case_result_metric(theirs, "share_error_pct")->note = g_strdup("n/a: no cgroup");
    sy_comparisons_judge(run);
    cr_assert_eq(c->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_not_null(strstr(c->reason, "n/a: no cgroup"));
}

Test(comparison, of_different_host_modes_is_inconclusive)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");
    SyCaseResult *theirs = sample_peers_case(run, "cgroup", "10");

    g_free(theirs->host_mode);
    theirs->host_mode = g_strdup("lab");
    sy_comparisons_judge(run);
    cr_assert_eq(row(c, 0)->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(row(c, 1)->status, SY_STATUS_PASS);
    cr_assert_not_null(strstr(c->reason, "different host modes: native and lab"));
}

Test(comparison, with_a_missing_side_is_inconclusive_and_names_it)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *one = sample_peers_compare(run, "cgroup");
    const SyComparison *any = sample_peers_compare(run, "*");

    remove_case(run, "cgroup", "10");
    cr_assert_eq(one->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_not_null(strstr(one->reason, "no case with limiter=cgroup to compare it with"), "%s",
                       one->reason);
    cr_assert_eq(any->status, SY_STATUS_PASS, "any other that there is");
    remove_case(run, "cpulimit", "10");
    cr_assert_eq(any->status, SY_STATUS_INCONCLUSIVE);
    remove_case(run, "kvm-throttle", "50");
    cr_assert_not_null(
        strstr(row(one, 1)->reason, "no case with limiter=kvm-throttle to compare it with"));
}

Test(comparison, that_matches_nothing_is_inconclusive_not_a_pass)
{
    g_autoptr(SyRunResult) run = sample_peers();
    SyComparison *c = sample_peers_compare(run, "cgroup");

    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_PASS);
    g_free(c->workload);
    c->workload = g_strdup("throttle.share");
    sy_comparisons_judge(run);
    cr_assert_eq(c->rows->len, 0);
    cr_assert_eq(c->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_INCONCLUSIVE);
}

Test(comparison, decides_the_exit_code_and_is_in_the_sentence)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c = sample_peers_compare(run, "cgroup");
    SyCaseResult *theirs = sample_peers_case(run, "cgroup", "10");
    g_autofree char *pass = sy_run_verdict_sentence(run);
    g_autofree char *partial = NULL, *empty = NULL, *fail = NULL;

    cr_assert_str_eq(pass, "6 cases ran; none has a gate; the comparison passed.");
    theirs->host_mode[0] = 'N';
    sy_comparisons_judge(run);
    partial = sy_run_verdict_sentence(run);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_INCONCLUSIVE, "one row of two");
    cr_assert_str_eq(partial, "6 cases ran; none has a gate; the comparison was inconclusive, with "
                              "1 of 2 rows undecided.");
    run->max_inconclusive_pct = 49;
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_INCONCLUSIVE);
    run->max_inconclusive_pct = 50;
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_PASS, "the other row holds");
    run->max_inconclusive_pct = 100;
    sample_peers_case(run, "cgroup", "50")->host_mode[0] = 'N';
    sy_comparisons_judge(run);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_INCONCLUSIVE);
    empty = sy_run_verdict_sentence(run);
    cr_assert_str_eq(empty, "6 cases ran; none has a gate; the comparison was inconclusive.");
    theirs->host_mode[0] = 'n';
    sample_peers_set(theirs, "share_error_pct", 0);
    sy_comparisons_judge(run);
    cr_assert_eq(c->status, SY_STATUS_FAIL);
    fail = sy_run_verdict_sentence(run);
    cr_assert_str_eq(fail, "No gate failed; the comparison failed.");
}

Test(comparison, comes_back_from_results_and_older_files_have_none)
{
    g_autoptr(SyRunResult) run = sample_peers();
    const SyComparison *c;
    g_autofree char *text = NULL, *again = NULL;
    g_autoptr(SyRunResult) back = NULL, older = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) old = NULL;

    sample_peers_compare(run, "*");
    remove_case(run, "kvm-throttle", "10");
    text = sy_run_result_text(run);
    back = sy_run_result_parse(text, -1, "results.json", &error);
    check_no_error(error);
    again = sy_run_result_text(back);
    cr_assert_str_eq(again, text);
    c = g_ptr_array_index(back->comparisons, 0);
    cr_assert(c->rows->len == 4 && c->status == SY_STATUS_INCONCLUSIVE);
    sy_comparisons_judge(back);
    cr_assert_eq(c->rows->len, 4, "judged again, not added to");
    old = g_string_new(text);
    cr_assert_eq(g_string_replace(old, "\"comparisons\"", "\"nothing\"", 1), 1);
    older = sy_run_result_parse(old->str, -1, "results.json", &error);
    check_no_error(error);
    cr_assert_eq(older->comparisons->len, 0);
}

Test(comparison, asks_for_each_of_its_fields)
{
    g_autoptr(SyRunResult) run = sample_peers();
    g_autoptr(GRegex) names = g_regex_new("\"([a-z0-9_]+)\":", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *text = NULL;
    const char *const newer[] = {"tolerance", "worse_by", "interval", "against_metric", NULL};
    const char *begin;
    guint fields = 0;

    sample_peers_compare(run, "cgroup");
    text = sy_run_result_text(run);
    begin = strchr(strstr(text, "\"comparisons\":"), '{');
    for (g_regex_match(names, begin, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *bad = g_strdup(text);
        g_autofree char *name = g_match_info_fetch(match, 1);
        GError *error = NULL;
        int start;

        if (g_strv_contains(newer, name)) {
            continue;
        }
        g_match_info_fetch_pos(match, 1, &start, NULL);
        bad[begin - text + start] = 'X';
        cr_assert_null(sy_run_result_parse(bad, -1, "results.json", &error));
        check_error(error, SY_ERROR_USAGE, "comparisons[0]");
        fields++;
    }
    cr_assert_eq(fields, 11 + 2 * (6 + 2 * 3));
}

Test(comparison, is_in_every_report_with_both_figures)
{
    g_autoptr(SyRunResult) run = sample_peers();
    g_autofree char *terminal = NULL, *html = NULL, *junit = NULL, *summary = NULL;
    const char *title =
        "exactness: |share_error_pct| of limiter=kvm-throttle no worse than that of "
        "limiter=cgroup";
    const char *worse = "ratio_pct=50,period_ms=20: -0.002000 [-0.003000, -0.001000] % against "
                        "-0.0001000 [-0.0001500, -0.0000500] % of limiter=cgroup, worse by "
                        "0.0019 [0.00091, 0.00289] %";

    sample_peers_set(sample_peers_case(run, "cgroup", "50"), "share_error_pct", -0.0001);
    sample_peers_compare(run, "cgroup");
    terminal = sy_terminal_summary(run, NULL, &(SyTerminalStyle){.width = 120});
    html = sy_html_render(run, NULL, NULL);
    junit = sy_junit_render(run);
    summary = sy_summary_render(run);
    cr_assert_not_null(strstr(terminal, "FAIL          exactness: |share_error_pct| of"), "%s",
                       terminal);
    cr_assert_not_null(strstr(terminal, "1 of 2 rows"));
    cr_assert_not_null(strstr(terminal, "FAIL ratio_pct=50,period_ms=20: -0.002000 ["));
    cr_assert_not_null(strstr(html, title));
    cr_assert_not_null(strstr(html, "ratio_<wbr>pct=50,<wbr>period_<wbr>ms=20</td>"));
    cr_assert_not_null(strstr(junit, worse), "%s", junit);
    cr_assert_not_null(strstr(junit, "tests=\"7\" failures=\"1\""));
    cr_assert_not_null(strstr(junit, "<failure type=\"comparison\" message=\"1 of 2 rows: "));
    cr_assert_not_null(strstr(summary, "- **FAIL** exactness"), "%s", summary);
    cr_assert_not_null(strstr(summary, "  - FAIL ratio"));
}

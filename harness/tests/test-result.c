/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, gates and the rule that makes an exit code of a run. */
#include <math.h>

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static SyMetric *gated(SyBetter better, double limit, guint count, const double *samples)
{
    SyMetric *metric = sy_metric_new("m", "%", better);

    metric->gate = (SyGate){.bounds_samples = true, .limit = limit};
    g_array_append_vals(metric->samples, samples, count);
    sy_metric_judge(metric, count);
    return metric;
}

static SyVerdict judged(SyBetter better, double limit, guint count, const double *samples)
{
    g_autoptr(SyMetric) metric = gated(better, limit, count, samples);

    return metric->verdict;
}

static void add_case(SyRunResult *run, SyStatus status)
{
    static const double good[] = {0.1, -0.2, 0.3};
    bool measured = status == SY_STATUS_PASS || status == SY_STATUS_INCONCLUSIVE;

    g_ptr_array_add(run->cases, sample_case("throttle.share/x", status, measured ? 3 : 0, good));
}

static void add_ungated_pass(SyRunResult *run)
{
    g_ptr_array_add(run->cases, sy_case_result_new("null", "null"));
}

static SyCaseResult *last_case(const SyRunResult *run)
{
    return g_ptr_array_index(run->cases, run->cases->len - 1);
}

/* A run of the listed statuses. 'u' is a PASS without a gate, 'i' INCONCLUSIVE without one, 'X' a
 * case with a gate that is meant to be INCONCLUSIVE, and is. */
static SyRunResult *run_of(const char *letters)
{
    SyRunResult *run = sy_run_result_new();

    for (const char *p = letters; *p; p++) {
        switch (*p) {
        case 'P':
            add_case(run, SY_STATUS_PASS);
            break;
        case 'F':
            add_case(run, SY_STATUS_FAIL);
            break;
        case 'S':
            add_case(run, SY_STATUS_SKIP);
            break;
        case 'I':
            add_case(run, SY_STATUS_INCONCLUSIVE);
            break;
        case 'E':
            add_case(run, SY_STATUS_ERROR);
            break;
        case 'X':
            add_case(run, SY_STATUS_INCONCLUSIVE);
            last_case(run)->undecided_expected = true;
            break;
        default:
            add_ungated_pass(run);
            last_case(run)->status = *p == 'i' ? SY_STATUS_INCONCLUSIVE : SY_STATUS_PASS;
        }
    }
    run->planned = run->cases->len;
    return run;
}

Test(result, every_name_parses_back_and_nothing_else_does)
{
    SyStatus status;
    SyBetter better;
    SyVerdict verdict;

    for (int i = 0; i < SY_STATUS_COUNT; i++) {
        cr_assert(sy_status_parse(sy_status_name((SyStatus)i), &status));
        cr_assert_eq(status, (SyStatus)i);
    }
    for (int i = 0; i < 3; i++) {
        cr_assert(sy_better_parse(sy_better_name((SyBetter)i), &better) && better == (SyBetter)i);
        cr_assert(sy_verdict_parse(sy_verdict_name((SyVerdict)i), &verdict) &&
                  verdict == (SyVerdict)i);
    }
    cr_assert_not(sy_status_parse("pass", &status));
    cr_assert_not(sy_status_parse(NULL, &status));
    cr_assert_not(sy_better_parse("", &better));
    cr_assert_not(sy_verdict_parse("PASS", &verdict));
    cr_assert_str_eq(sy_status_name(SY_STATUS_INCONCLUSIVE), "INCONCLUSIVE");
}

Test(result, a_new_metric_has_no_figures_and_frees_take_null)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", SY_BETTER_LOWER);
    g_autoptr(SyCaseResult) result = sy_case_result_new("id", "w");

    cr_assert(isnan(metric->median) && isnan(metric->ci95[0]) && isnan(metric->ci95[1]));
    cr_assert_eq(metric->samples->len, 0);
    cr_assert_null(sy_case_result_metric(result, "m"));
    g_ptr_array_add(result->metrics, sy_metric_new("other", "%", SY_BETTER_LOWER));
    g_ptr_array_add(result->metrics, sy_metric_new("m", "%", SY_BETTER_LOWER));
    cr_assert_eq(sy_case_result_metric(result, "m"), g_ptr_array_index(result->metrics, 1));
    sy_metric_free(NULL);
    sy_param_free(NULL);
    sy_case_result_free(NULL);
    sy_build_info_free(NULL);
    sy_run_result_free(NULL);
}

Test(gate, of_a_target_bounds_both_sides_and_includes_the_limit)
{
    cr_assert_eq(judged(SY_BETTER_TARGET, 5, 3, (double[]){5, -5, 0}), SY_VERDICT_PASS);
    cr_assert_eq(judged(SY_BETTER_TARGET, 5, 3, (double[]){0, 5.001, 0}), SY_VERDICT_FAIL);
    cr_assert_eq(judged(SY_BETTER_TARGET, 5, 3, (double[]){0, -5.001, 0}), SY_VERDICT_FAIL);
}

Test(gate, of_lower_and_higher_bounds_one_side)
{
    cr_assert_eq(judged(SY_BETTER_LOWER, 5, 2, (double[]){-100, 5}), SY_VERDICT_PASS);
    cr_assert_eq(judged(SY_BETTER_LOWER, 5, 2, (double[]){5.1, -100}), SY_VERDICT_FAIL);
    cr_assert_eq(judged(SY_BETTER_HIGHER, 5, 2, (double[]){100, 5}), SY_VERDICT_PASS);
    cr_assert_eq(judged(SY_BETTER_HIGHER, 5, 2, (double[]){100, 4.9}), SY_VERDICT_FAIL);
}

Test(gate, a_mean_does_not_hide_a_bad_repetition)
{
    g_autoptr(SyMetric) metric =
        gated(SY_BETTER_TARGET, 5, 4, (double[]){-6, 6, 0, 0}); /* mean and median: 0 */

    cr_assert_eq(metric->verdict, SY_VERDICT_FAIL);
    cr_assert_eq(sy_metric_breaches(metric), 2);
}

Test(gate, what_is_no_number_does_not_pass)
{
    cr_assert_eq(judged(SY_BETTER_TARGET, 5, 2, (double[]){0, NAN}), SY_VERDICT_FAIL);
    cr_assert_eq(judged(SY_BETTER_HIGHER, 5, 1, (double[]){INFINITY}), SY_VERDICT_FAIL);
    cr_assert_eq(judged(SY_BETTER_LOWER, NAN, 1, (double[]){1}), SY_VERDICT_FAIL);
}

Test(gate, without_a_gate_or_samples_there_is_no_verdict)
{
    g_autoptr(SyMetric) metric = gated(SY_BETTER_LOWER, 5, 1, (double[]){99});

    cr_assert_eq(metric->verdict, SY_VERDICT_FAIL);
    metric->gate.bounds_samples = false;
    sy_metric_judge(metric, 1);
    cr_assert_eq(metric->verdict, SY_VERDICT_NONE);
    cr_assert_eq(sy_metric_breaches(metric), 0);
    cr_assert_eq(judged(SY_BETTER_LOWER, 5, 0, NULL), SY_VERDICT_NONE);
}

/* The verdict on `count` samples, whose median is `median`, of a case that should have
 * `repetitions`. */
static SyVerdict judged_by(SyGate gate, SyBetter better, double median, guint count,
                           const double *samples, guint repetitions)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", better);

    metric->gate = gate;
    metric->median = median;
    g_array_append_vals(metric->samples, samples, count);
    sy_metric_judge(metric, repetitions);
    return metric->verdict;
}

Test(gate, on_the_median_lets_single_samples_be_worse)
{
    const SyGate median = {.bounds_median = true, .median_limit = 0.1};
    const SyGate both = {true, true, 0.5, 0.1};
    const double wide[] = {-0.4, 0.1, 0.4};

    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, 0.1, 3, wide, 3), SY_VERDICT_PASS);
    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, -0.11, 3, wide, 3), SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(both, SY_BETTER_TARGET, 0.1, 3, wide, 3), SY_VERDICT_PASS);
    cr_assert_eq(judged_by(both, SY_BETTER_TARGET, 0.2, 3, wide, 3), SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(both, SY_BETTER_TARGET, 0.1, 3, (double[]){0, 0.1, 0.6}, 3),
                 SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(median, SY_BETTER_HIGHER, 0.09, 1, (double[]){0.09}, 1),
                 SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(median, SY_BETTER_LOWER, -7, 1, (double[]){-7}, 1), SY_VERDICT_PASS);
}

Test(gate, on_the_median_is_not_held_by_too_few_samples_or_no_number)
{
    const SyGate median = {.bounds_median = true, .median_limit = 5};
    const double good[] = {0, 1, 2};

    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, 1, 2, good, 3), SY_VERDICT_NONE);
    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, 9, 2, good, 3), SY_VERDICT_NONE,
                 "the median of some is not that of all");
    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, NAN, 0, NULL, 0), SY_VERDICT_NONE);
    cr_assert_eq(judged_by(median, SY_BETTER_TARGET, NAN, 3, good, 3), SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(median, SY_BETTER_LOWER, -INFINITY, 3, good, 3), SY_VERDICT_FAIL);
}

Test(gate, on_samples_fails_by_one_sample_but_passes_only_with_all)
{
    const SyGate gate = {.bounds_samples = true, .limit = 5};

    cr_assert_eq(judged_by(gate, SY_BETTER_TARGET, 0, 2, (double[]){0, 1}, 3), SY_VERDICT_NONE);
    cr_assert_eq(judged_by(gate, SY_BETTER_TARGET, 0, 2, (double[]){0, 6}, 3), SY_VERDICT_FAIL);
}

Test(gate, of_zero_is_a_limit)
{
    const SyGate zero = {.bounds_samples = true};

    cr_assert_eq(judged_by(zero, SY_BETTER_LOWER, 0, 1, (double[]){0}, 1), SY_VERDICT_PASS);
    cr_assert_eq(judged_by(zero, SY_BETTER_LOWER, 1, 1, (double[]){1}, 1), SY_VERDICT_FAIL);
    cr_assert_eq(judged_by(zero, SY_BETTER_TARGET, 0, 1, (double[]){-1e-9}, 1), SY_VERDICT_FAIL);
}

Test(gate, that_fails_says_which_limit_and_by_how_much)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", SY_BETTER_TARGET);
    g_autofree char *text = NULL;

    metric->gate = (SyGate){true, true, 0.5, 0.1};
    metric->median = 0.2;
    g_array_append_vals(metric->samples, (double[]){0, 0.2, 0.7}, 3);
    text = sy_metric_breach_text(metric);
    cr_assert_str_eq(text, "m 0.2 % fails its gate +-0.5 % in 1 of 3 repetitions; "
                           "the median of m, 0.2 %, fails its gate +-0.1 %");
}

Test(verdict, of_a_case_is_its_worst_gate)
{
    g_autoptr(SyCaseResult) result = sy_case_result_new("id", "w");

    cr_assert_eq(sy_case_verdict(result), SY_VERDICT_NONE);
    g_ptr_array_add(result->metrics, sy_metric_new("ungated", "1", SY_BETTER_LOWER));
    cr_assert_eq(sy_case_verdict(result), SY_VERDICT_NONE);
    g_ptr_array_add(result->metrics, gated(SY_BETTER_LOWER, 5, 1, (double[]){9}));
    g_ptr_array_add(result->metrics, gated(SY_BETTER_LOWER, 5, 1, (double[]){1}));
    cr_assert_eq(sy_case_verdict(result), SY_VERDICT_FAIL);
    g_ptr_array_remove_index(result->metrics, 1);
    cr_assert_eq(sy_case_verdict(result), SY_VERDICT_PASS);
}

Test(verdict, of_a_run_for_every_mix_of_statuses)
{
    static const struct {
        const char *cases;
        int exit_code;
        const char *sentence;
    } table[] = {
        {"", 3, "No case ran."},
        {"P", 0, "The case passed its gate."},
        {"PPP", 0, "All 3 cases passed their gates."},
        {"u", 0, "1 case ran; none has a gate."},
        {"uu", 0, "2 cases ran; none has a gate."},
        {"uP", 0, "Both cases passed: 1 with a gate, 1 without."},
        {"PI", 4, "No conclusion: 1 of 2 cases was inconclusive, and the job tolerates none."},
        {"PIIIIIIIIIII", 4,
         "No conclusion: 11 of 12 cases were inconclusive, and the job tolerates none."},
        {"PPPPPPPPPPPI", 4,
         "No conclusion: 1 of 12 cases was inconclusive, and the job tolerates none."},
        {"PX", 0, "1 of 2 cases passed its gate; 1 was inconclusive, which the job allows."},
        {"X", 4, "No conclusion: the only case was inconclusive."},
        {"uX", 4,
         "No conclusion: 1 of 2 cases was inconclusive, and no case of throttle.share was "
         "decided."},
        {"I", 4, "No conclusion: the only case was inconclusive."},
        {"II", 4,
         "No conclusion: 2 of 2 cases were inconclusive, and no case of throttle.share was "
         "decided."},
        {"uI", 4,
         "No conclusion: 1 of 2 cases was inconclusive, and no case of throttle.share was "
         "decided."},
        {"ui", 0, "2 cases ran; none has a gate; 1 was inconclusive, which the job allows."},
        {"Pi", 4, "No conclusion: 1 of 2 cases was inconclusive, and no case of null was decided."},
        {"ii", 4,
         "No conclusion: 2 of 2 cases were inconclusive, and no case of null was decided."},
        {"S", 3, "No gate failed, but the only case was skipped."},
        {"E", 3, "No gate failed, but the only case ended in an error."},
        {"PPE", 3, "No gate failed, but 1 of 3 cases ended in an error."},
        {"PSSI", 3, "No gate failed, but 2 of 4 cases were skipped, 1 was inconclusive."},
        {"IE", 3, "No gate failed, but 1 of 2 cases ended in an error, 1 was inconclusive."},
        {"F", 1, "The case failed its gate."},
        {"FF", 1, "Both cases failed their gates."},
        {"FFPP", 1, "2 of 4 cases failed their gates."},
        {"PFSEI", 1,
         "1 of 5 cases failed its gate; 1 ended in an error, 1 was skipped, 1 was inconclusive."},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(SyRunResult) run = run_of(table[i].cases);
        g_autofree char *sentence = sy_run_verdict_sentence(run);

        cr_assert_eq(sy_run_exit_code(run), table[i].exit_code, "%s: exit %d", table[i].cases,
                     sy_run_exit_code(run));
        cr_assert_str_eq(sentence, table[i].sentence, "%s: %s", table[i].cases, sentence);
    }
}

/* The exit code of a run whose job tolerates `max_pct` undecided cases. */
static int tolerant(const char *letters, double max_pct)
{
    g_autoptr(SyRunResult) run = run_of(letters);

    run->max_inconclusive_pct = max_pct;
    return sy_run_exit_code(run);
}

Test(verdict, a_job_may_tolerate_a_share_of_undecided_cases_and_no_more)
{
    cr_assert_eq(tolerant("PPPPPPPPPI", 10), SY_EXIT_PASS);
    cr_assert_eq(tolerant("PPPPPPPPPI", 9.9), SY_EXIT_INCONCLUSIVE);
    cr_assert_eq(tolerant("PPPPPPPPII", 10), SY_EXIT_INCONCLUSIVE);
    cr_assert_eq(tolerant("PPPPPPPPPIuuuuuu", 9.9), SY_EXIT_INCONCLUSIVE, "of the gated cases");
    cr_assert_eq(tolerant("PPPPPPPPPIXXXXXX", 9.9), SY_EXIT_INCONCLUSIVE,
                 "the others do not count");
    cr_assert_eq(tolerant("PPPPPPPPPIXXXXXX", 10), SY_EXIT_PASS);
    cr_assert_eq(tolerant("PPPPPPPPPIF", 100), SY_EXIT_FAIL);
}

Test(verdict, whatever_a_job_tolerates_each_workload_needs_a_decided_case)
{
    cr_assert_eq(tolerant("PI", 100), SY_EXIT_PASS);
    cr_assert_eq(tolerant("I", 100), SY_EXIT_INCONCLUSIVE);
    cr_assert_eq(tolerant("uII", 100), SY_EXIT_INCONCLUSIVE, "another workload was decided");
    cr_assert_eq(tolerant("Pi", 100), SY_EXIT_INCONCLUSIVE, "one without a gate");
    cr_assert_eq(tolerant("Pui", 100), SY_EXIT_PASS);
}

Test(verdict, a_sentence_names_what_the_job_tolerates)
{
    g_autoptr(SyRunResult) run = run_of("PPPII");
    g_autofree char *sentence = NULL;

    run->max_inconclusive_pct = 12.5;
    sentence = sy_run_verdict_sentence(run);
    cr_assert_str_eq(sentence, "No conclusion: 2 of 5 cases were inconclusive, and the job "
                               "tolerates 12.5 % of those with a gate.");
}

Test(verdict, an_inconclusive_case_does_not_lend_its_passing_gate)
{
    g_autoptr(SyRunResult) run = run_of("Iu");
    const SyCaseResult *result = g_ptr_array_index(run->cases, 0);

    cr_assert_eq(sy_case_verdict(result), SY_VERDICT_PASS);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_INCONCLUSIVE);
}

Test(verdict, of_a_run_cut_short_is_not_pass)
{
    g_autoptr(SyRunResult) run = run_of("PP");
    g_autofree char *sentence = NULL;

    run->planned = 5;
    sentence = sy_run_verdict_sentence(run);
    cr_assert_eq(sy_run_missing(run), 3);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_COULD_NOT_RUN);
    cr_assert_str_eq(sentence, "No gate failed, but 3 of 5 cases were not run.");
    run->planned = 1; /* more results than planned is no reason to complain */
    cr_assert_eq(sy_run_missing(run), 0);
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_PASS);
}

Test(verdict, a_failed_gate_outweighs_a_run_cut_short)
{
    g_autoptr(SyRunResult) run = run_of("F");

    run->planned = 5;
    cr_assert_eq(sy_run_exit_code(run), SY_EXIT_FAIL);
}

Test(verdict, every_exit_code_has_its_word_and_its_colour)
{
    static const struct {
        int code;
        const char *word, *html_class;
    } table[] = {
        {0, "pass", "pass"},
        {1, "fail", "fail"},
        {2, "usage error", "error"},
        {3, "could not run", "error"},
        {4, "inconclusive", "inconclusive"},
        {-1, "unfinished", "error"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        cr_assert_str_eq(sy_exit_code_word(table[i].code), table[i].word);
        cr_assert_str_eq(sy_exit_code_html_class(table[i].code), table[i].html_class);
    }
}

Test(verdict, exit_codes_rise_from_0_and_each_has_a_word_of_its_own)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    int next = 0;

    for (const SyExitCodeRow *row = sy_exit_codes; row->word; row++, next++) {
        cr_assert_eq((int)row->code, next);
        cr_assert_str_eq(sy_exit_code_word(next), row->word);
        cr_assert(g_hash_table_add(seen, (gpointer)row->word), "%s", row->word);
    }
    cr_assert_str_eq(sy_exit_code_word(next), "unfinished");
    cr_assert_str_eq(sy_exit_code_word(-1), "unfinished");
}

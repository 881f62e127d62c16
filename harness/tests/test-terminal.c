/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terminal output: aligned, inside its columns, and no control characters but our own colours. */
#include <math.h>

#include "judge/verdict.h"
#include "report/format.h"
#include "report/list.h"
#include "report/run-diff.h"
#include "report/terminal.h"
#include "report/text.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static const SyProgress progress = {
    .index = 3,
    .total = 12,
    .case_id = "throttle.share/ratio_pct=25,period_ms=20,load=contended",
    .repetition = 2,
    .repetitions = 3,
    .elapsed_s = 31,
    .left_s = 70,
};

/* Every line of `text` is clean and at most `width` columns. */
static void check_lines(const char *text, guint width)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    cr_assert(g_utf8_validate(text, -1, NULL));
    for (guint i = 0; lines[i]; i++) {
        cr_assert_leq(sy_text_width(lines[i]), width, "%u columns: %s", sy_text_width(lines[i]),
                      lines[i]);
        for (const char *p = lines[i]; *p; p = g_utf8_next_char(p)) {
            cr_assert_not(g_unichar_iscntrl(g_utf8_get_char(p)), "control in: %s", lines[i]);
        }
        cr_assert_not(g_str_has_suffix(lines[i], " "), "blank at the end: %s|", lines[i]);
    }
}

static char *decimals(SyBetter better, double limit, double value)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "1", better);

    metric->gate = (SyGate){.bounds_samples = limit != 0, .limit = limit};
    g_array_append_val(metric->samples, value);
    return sy_format_value(metric, value);
}

Test(text, a_line_keeps_letters_and_loses_controls)
{
    g_autofree char *line = sy_text_line("a\nb\tc\x1b[31m \xff na\xc3\xafve \xe2\x80\xae x\x7f");

    cr_assert_str_eq(line, "a b c\xef\xbf\xbd[31m \xef\xbf\xbd na\xc3\xafve \xef\xbf\xbd x"
                           "\xef\xbf\xbd");
}

Test(text, width_counts_columns_not_bytes)
{
    cr_assert_eq(sy_text_width("abc"), 3);
    cr_assert_eq(sy_text_width("na\xc3\xafve"), 5);
    cr_assert_eq(sy_text_width("\xe6\xb0\xb4\xe6\xba\x96"), 4); /* two wide characters */
    cr_assert_eq(sy_text_width("e\xcc\x81"), 1);                /* a combining accent */
}

Test(text, fit_cuts_at_columns)
{
    g_autofree char *same = sy_text_fit("abcdef", 6);
    g_autofree char *cut = sy_text_fit("abcdefg", 6);
    g_autofree char *wide = sy_text_fit("\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4\xe6\xb0\xb4", 6);
    g_autofree char *tiny = sy_text_fit("abcdef", 2);

    cr_assert_str_eq(same, "abcdef");
    cr_assert_str_eq(cut, "abc...");
    cr_assert_str_eq(wide, "\xe6\xb0\xb4..."); /* a second one would need a seventh column */
    cr_assert_str_eq(tiny, "..");
}

Test(text, wrapping_breaks_at_blanks_and_long_words)
{
    g_autoptr(GString) out = g_string_new("    ");

    sy_text_append_wrapped(out, "one two three four five six abcdefghijklmnopqrstuvwxyz end", 4,
                           25);
    cr_assert_str_eq(out->str, "    one two three four\n    five six\n    abcdefghijklmnopqrstu\n"
                               "    vwxyz end");
}

Test(figure, decimals_follow_the_gate_else_the_size)
{
    static const struct {
        SyBetter better;
        double limit, value;
        const char *text;
    } table[] = {
        {SY_BETTER_TARGET, 5, 0.0134, "+0.013"},
        {SY_BETTER_TARGET, 5, -9.81, "-9.810"},
        {SY_BETTER_TARGET, 5, 0.00001, "0.000"},
        {SY_BETTER_TARGET, 5, -0.00001, "0.000"},
        {SY_BETTER_TARGET, 0.5, 0.01, "+0.0100"},
        {SY_BETTER_LOWER, 5000, 12.3, "12"},
        {SY_BETTER_LOWER, 0, 1234.56, "1235"},
        {SY_BETTER_LOWER, 0, 12.3456, "12.35"},
        {SY_BETTER_LOWER, 0, 0.00012346, "0.0001235"},
        {SY_BETTER_HIGHER, 0, 0, "0"},
        {SY_BETTER_HIGHER, 0, 1e18, "1e+18"},
        {SY_BETTER_HIGHER, 0, 999.96, "1000"},
        {SY_BETTER_HIGHER, 0, NAN, "n/a"},
        {SY_BETTER_LOWER, 0, 1.2345e-6, "0.000001234"},
        {SY_BETTER_LOWER, 0, 1.2e-7, "1.200e-07"},
        {SY_BETTER_LOWER, 0, 2.5e-12, "2.500e-12"},
        {SY_BETTER_TARGET, 0, -2.5e-12, "-2.500e-12"},
        {SY_BETTER_TARGET, 1e-12, 3e-13, "+3.000e-13"},
        {SY_BETTER_TARGET, 1e-12, 0, "0"},
        {SY_BETTER_LOWER, 0, 5e-324, "4.941e-324"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = decimals(table[i].better, table[i].limit, table[i].value);

        cr_assert_str_eq(text, table[i].text, "%s for %s", text, table[i].text);
    }
}

Test(figure, a_single_value_has_four_digits_however_small)
{
    static const struct {
        double value;
        const char *text;
    } table[] = {
        {1234.56, "1235"},
        {0.00012346, "0.0001235"},
        {1.2345e-6, "0.000001234"},
        {9.99999e-7, "0.000001000"},
        {9.99e-7, "9.990e-07"},
        {-2.5e-12, "-2.500e-12"},
        {0, "0"},
        {5e-324, "4.941e-324"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = sy_format_short(table[i].value, false);

        cr_assert_str_eq(text, table[i].text);
    }
}

Test(figure, a_regression_of_tiny_values_shows_them)
{
    SyRunDiffRow row = {
        .unit = (char *)"s",
        .better = SY_BETTER_LOWER,
        .verdict = SY_RUN_DIFF_REGRESSION,
        .p = 0.001,
        .detectable = 2e-11,
        .shift = {.median_base = 2.5e-10,
                  .median_new = 5e-10,
                  .shift = 2.5e-10,
                  .interval = {2.4e-10, 2.6e-10}},
    };
    g_autofree char *values = sy_run_diff_values_text(&row);
    g_autofree char *detectable = sy_run_diff_detectable_text(&row);

    cr_assert_str_eq(values, "2.500e-10 -> 5.000e-10 s: shift +2.500e-10 [+2.400e-10, "
                             "+2.600e-10], p 0.001");
    cr_assert_str_eq(detectable, "minimum detectable change 2.000e-11 s");
}

Test(figure, a_sample_that_is_no_number_does_not_set_the_decimals)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "1", SY_BETTER_LOWER);
    const double samples[] = {INFINITY, 1.5, NAN};

    g_array_append_vals(metric->samples, samples, 3);
    cr_assert_eq(sy_format_decimals(metric), 3);
}

Test(figure, a_metric_reads_median_interval_unit_and_gate)
{
    g_autoptr(SyCaseResult) result =
        sample_case("c", SY_STATUS_PASS, 3, (double[]){-0.004, 0.013, 0.021});
    SyMetric *metric = g_ptr_array_index(result->metrics, 0);
    g_autofree char *full = sy_format_metric(metric);
    g_autofree char *gate = sy_format_gate(metric);
    g_autofree char *alone = NULL;

    cr_assert_str_eq(full, "+0.013 [-0.004, +0.021] %");
    cr_assert_str_eq(gate, "+-5 %");
    metric->ci95[0] = NAN;
    alone = sy_format_metric(metric);
    cr_assert_str_eq(alone, "+0.013 %");
    metric->gate.bounds_samples = false;
    cr_assert_null(sy_format_gate(metric));
}

Test(figure, a_gate_that_was_taken_away_reads_why)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", SY_BETTER_HIGHER);
    const double sample = 50;
    g_autofree char *gate = NULL;

    metric->note = g_strdup("4 vCPUs are more than the 2 CPUs of this host");
    cr_assert_null(sy_format_gate(metric), "then the note says why it was not measured");
    g_array_append_val(metric->samples, sample);
    gate = sy_format_gate(metric);
    cr_assert_str_eq(gate, "none: 4 vCPUs are more than the 2 CPUs of this host");
}

Test(figure, a_gate_shows_both_limits_and_what_broke_them)
{
    static const struct {
        SyGate gate;
        double samples[3];
        const char *text, *outcome;
    } table[] = {
        {{true, true, 0.5, 0.1}, {0.02, 0.05, 0.3}, "+-0.5 %, median +-0.1 %", "holds"},
        {{true, true, 0.5, 0.1},
         {0.1, 0.2, 0.3},
         "+-0.5 %, median +-0.1 %",
         "broken by the median"},
        {{true, true, 0.5, 0.1},
         {0, 0.05, 0.6},
         "+-0.5 %, median +-0.1 %",
         "broken by 1 of 3 samples"},
        {{true, true, 0.5, 0.1},
         {0, 0.6, 0.7},
         "+-0.5 %, median +-0.1 %",
         "broken by 2 of 3 samples and the median"},
        {{false, true, 0, 0}, {0, 0, 0.6}, "median +-0 %", "holds"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(SyMetric) metric = sy_metric_new("m", "%", SY_BETTER_TARGET);
        g_autofree char *text = NULL, *outcome = NULL;

        metric->gate = table[i].gate;
        g_array_append_vals(metric->samples, table[i].samples, 3);
        metric->median = table[i].samples[1];
        sy_metric_judge(metric, 3);
        text = sy_format_gate(metric);
        outcome = sy_format_outcome(metric);
        cr_assert_str_eq(text, table[i].text);
        cr_assert_str_eq(outcome, table[i].outcome);
    }
}

Test(figure, the_headline_is_the_broken_gate_then_a_gate_then_anything)
{
    g_autoptr(SyCaseResult) result = sy_case_result_new("c", "w");
    SyMetric *metrics[4];
    double one = 1;

    for (int i = 0; i < 4; i++) {
        metrics[i] = sy_metric_new("m", "1", SY_BETTER_LOWER);
        g_ptr_array_add(result->metrics, metrics[i]);
    }
    cr_assert_null(sy_format_headline(result));
    g_array_append_val(metrics[1]->samples, one);
    cr_assert_eq(sy_format_headline(result), metrics[1]);
    g_array_append_val(metrics[2]->samples, one);
    metrics[2]->gate.bounds_samples = true;
    cr_assert_eq(sy_format_headline(result), metrics[2]);
    g_array_append_val(metrics[3]->samples, one);
    metrics[3]->verdict = SY_VERDICT_FAIL;
    cr_assert_eq(sy_format_headline(result), metrics[3]);
}

Test(figure, durations_read_like_a_clock)
{
    static const struct {
        double seconds;
        const char *text;
    } table[] = {{0, "0:00"},       {59.4, "0:59"},      {59.6, "1:00"}, {3599, "59:59"},
                 {3600, "1:00:00"}, {90061, "25:01:01"}, {NAN, "?"},     {-1, "?"}};

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = sy_format_duration(table[i].seconds);

        cr_assert_str_eq(text, table[i].text);
    }
}

Test(progress, on_a_tty_is_one_line_that_never_wraps)
{
    for (guint width = 20; width <= 140; width++) {
        SyTerminalStyle style = {.width = width};
        g_autofree char *line = sy_terminal_progress_tty(&progress, &style);

        cr_assert(g_str_has_prefix(line, SY_TERMINAL_CLEAR));
        cr_assert_lt(sy_text_width(line + strlen(SY_TERMINAL_CLEAR)), width);
        cr_assert_null(strchr(line, '\n'));
    }
}

Test(progress, on_a_tty_cuts_the_id_before_the_times)
{
    SyTerminalStyle style = {.width = 80};
    g_autofree char *line = sy_terminal_progress_tty(&progress, &style);

    cr_assert(g_str_has_suffix(line, "...  rep 2/3  elapsed 0:31  about 1:10 left"), "%s", line);
}

Test(progress, in_a_log_is_one_plain_line)
{
    SyProgress early = {.index = 1, .total = 9, .case_id = "a\x1b[2Jb\nc", .left_s = NAN};
    g_autofree char *line = sy_terminal_progress_plain(&progress);
    g_autofree char *first = sy_terminal_progress_plain(&early);

    cr_assert_str_eq(line, "case 3 of 12  throttle.share/ratio_pct=25,period_ms=20,load=contended"
                           "  rep 2/3  elapsed 0:31  about 1:10 left\n");
    cr_assert_str_eq(first, "case 1 of 9  a\xef\xbf\xbd[2Jb c  elapsed 0:00\n");
}

Test(case_line, puts_the_figure_beside_the_id_where_there_is_room)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyTerminalStyle wide = {.width = 120, .id_width = 55};
    SyTerminalStyle narrow = {.width = 80, .id_width = 55};
    g_autofree char *one = sy_terminal_case(g_ptr_array_index(run->cases, 0), &wide);
    g_autofree char *two = sy_terminal_case(g_ptr_array_index(run->cases, 0), &narrow);

    cr_assert_str_eq(one, "PASS          throttle.share/ratio_pct=10,period_ms=20,load=idle       "
                          "share_error_pct +0.013 [-0.004, +0.021] %\n");
    cr_assert_str_eq(two, "PASS          throttle.share/ratio_pct=10,period_ms=20,load=idle\n"
                          "              share_error_pct +0.013 [-0.004, +0.021] %, gate +-5 %\n");
}

Test(case_line, gives_the_reason_unless_it_passed)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyTerminalStyle style = {.width = 80};

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        g_autofree char *text = sy_terminal_case(result, &style);
        g_autofree char *start = result->reason ? g_strndup(result->reason, 20) : NULL;

        check_lines(text, 80);
        cr_assert(g_str_has_prefix(text, sy_status_name(result->status)));
        cr_assert(!start || strstr(text, start), "%s", text);
    }
}

Test(colour, is_there_only_when_asked_for)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyTerminalStyle plain = {.width = 100};
    SyTerminalStyle color = {.width = 100, .color = true};
    g_autofree char *without = sy_terminal_summary(run, "r.html", &plain);
    g_autofree char *with = sy_terminal_summary(run, "r.html", &color);
    g_autoptr(GRegex) escapes = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
    g_autofree char *stripped = g_regex_replace(escapes, with, -1, 0, "", 0, NULL);

    cr_assert_null(strchr(without, '\033'));
    cr_assert_not_null(strstr(with, "\033[1;31mFAIL\033[0m"));
    cr_assert_str_eq(stripped, without);
}

Test(summary, counts_lists_judges_and_says_where_the_report_is)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyTerminalStyle style = {.width = 100};
    g_autofree char *text = sy_terminal_summary(run, "results/latest/report.html", &style);

    check_lines(text, 100);
    cr_assert_not_null(
        strstr(text, "11 cases in 1:35   7 PASS   1 FAIL   1 SKIP   1 INCONCLUSIVE   1 ERROR\n"));
    cr_assert_not_null(strstr(text, "\nFAIL          throttle.share/ratio_pct=25,"));
    cr_assert_not_null(strstr(text, "\nSKIP          peers.net/streams=4\n"));
    cr_assert_null(strstr(text, "\nPASS "));
    cr_assert_not_null(strstr(text, "\nFAIL: 1 of 11 cases failed its gate; 1 ended"));
    cr_assert(g_str_has_suffix(text, "\nReport: results/latest/report.html\n"));
}

Test(summary, of_a_run_cut_short_says_so)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    SyTerminalStyle style = {.width = 100};
    g_autofree char *text = NULL;

    run->planned = 12;
    text = sy_terminal_summary(run, NULL, &style);
    cr_assert_str_eq(text, "\n3 cases in 1:35   3 PASS   9 not run\n\n"
                           "COULD NOT RUN: No gate failed, but 9 of 12 cases were not run.\n");
}

Test(summary, hostile_text_neither_controls_the_terminal_nor_leaves_its_columns)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *out = NULL;
        SyTerminalStyle style = {.width = 100};

        /* Ids are never cut, so that they can be copied. */
        for (guint i = 0; i < run->cases->len; i++) {
            SyCaseResult *result = g_ptr_array_index(run->cases, i);

            g_free(result->id);
            result->id = g_strdup("id");
        }
        out = sy_terminal_summary(run, "r", &style);
        check_lines(out, 100);
    }
}

static const SyParamSpec params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_INT,
     .value = "50",
     .min = 1,
     .max = 100,
     .summary = "share of one CPU"},
    {.name = "load",
     .type = SY_PARAM_STRING,
     .value = "idle",
     .choices = "idle,contended",
     .summary = "whether somebody competes for the CPU with a load of a known size and kind"},
    {.name = NULL},
};
static const SyMetricSpec metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = 5,
     .summary = "distance from the target"},
    {.name = "run_delay_ms", .unit = "ms", .better = SY_BETTER_LOWER, .summary = "time waited"},
    {.name = NULL},
};
static const char *const needs[] = {"kvm", "schedstat", NULL};
static const SyWorkload share = {.name = "throttle.share",
                                 .summary = "a vCPU gets its share",
                                 .requires = needs,
                                 .params = params,
                                 .metrics = metrics};
static const SyWorkload bare = {.name = "bare"};

Test(list, shows_parameters_metrics_and_needs_in_columns)
{
    static const SyWorkload *const table[] = {&bare, &share, NULL};
    SyTerminalStyle style = {.width = 120};
    g_autofree char *text = sy_list_workloads(table, &style);

    check_lines(text, 120);
    cr_assert_not_null(strstr(text, "    ratio_pct           50  (1..100)            share of"));
    cr_assert_not_null(strstr(text, "    -> share_error_pct  gate +-5 %              distance"));
    cr_assert_not_null(strstr(text, "    needs kvm, schedstat\n"));
    for (guint width = 60; width <= 120; width++) {
        g_autofree char *other = NULL;

        style.width = width;
        other = sy_list_workloads(table, &style);
        check_lines(other, width);
    }
}

Test(list, numbers_the_cases_of_a_dry_run)
{
    SyCasePlan one = {.id = (char *)"null", .repeat = 3};
    SyCasePlan two = {.id = (char *)"throttle.share/x", .repeat = 5};
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    g_autofree char *text = NULL;

    g_ptr_array_add(plans, &one);
    g_ptr_array_add(plans, &two);
    text = sy_list_plans(plans);
    cr_assert_str_eq(text, "1  null              3 x\n2  throttle.share/x  5 x\n"
                           "2 cases, 8 repetitions\n");
}

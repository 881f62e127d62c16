/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pages of history and comparison: complete, self-contained, and nothing that came from outside
 * is markup. */
#include <math.h>

#include "report/html-history.h"
#include "report/html-run-diff.h"
#include "report/html.h"
#include "report/plot-series.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static guint count(const char *text, const char *what)
{
    guint found = 0;

    for (const char *p = strstr(text, what); p; p = strstr(p + strlen(what), what)) {
        found++;
    }
    return found;
}

/* No script, no style or link to elsewhere, and as many ends as beginnings of what nests. */
static void check_page(const char *html)
{
    static const char *const pairs[][2] = {{"<table>", "</table>"}, {"<tr>", "</tr>"},
                                           {"<td", "</td>"},        {"<svg ", "</svg>"},
                                           {"<h2>", "</h2>"},       {"<p", "</p>"}};

    cr_assert(g_utf8_validate(html, -1, NULL));
    cr_assert_eq(count(html, "<script"), 0);
    cr_assert_eq(count(html, "http://"), 0);
    cr_assert_eq(count(html, "https://"), 0);
    cr_assert_eq(count(html, "xlink:href=\"http"), 0);
    cr_assert_not_null(strstr(html, "default-src 'none'"));
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        cr_assert_eq(count(html, pairs[i][0]) - (i == 5 ? count(html, "<path") : 0),
                     count(html, pairs[i][1]), "%s", pairs[i][0]);
    }
}

static void judge(SySeries *series)
{
    g_autoptr(GPtrArray) alone = g_ptr_array_new();

    g_ptr_array_add(alone, series);
    sy_series_judge(alone);
}

/* A year of nights; worse from night 200 on if `changed`. */
static SySeries *year(const char *text, bool changed)
{
    SySeries *series = sy_series_new();
    GRand *rand = g_rand_new_with_seed(7);
    g_autoptr(GDateTime) start = g_date_time_new_utc(2026, 1, 1, 2, 0, 0);

    series->metric = g_utf8_make_valid(text, -1);
    series->case_id = g_strdup(series->metric);
    series->build = g_strdup(series->metric);
    series->host_mode = g_strdup(series->metric);
    series->host = g_strdup(series->metric);
    series->unit = g_strdup(series->metric);
    series->better = SY_BETTER_LOWER;
    for (int i = 0; i < 365; i++) {
        SySeriesPoint *p = g_new0(SySeriesPoint, 1);
        g_autoptr(GDateTime) when = g_date_time_add_days(start, i);

        p->run = g_strdup(series->metric);
        p->started = g_date_time_format(when, "%Y-%m-%dT%H:%M:%SZ");
        p->mods_sha256 = g_strdup(series->metric);
        p->status = i % 50 == 3 ? SY_STATUS_INCONCLUSIVE : SY_STATUS_PASS;
        p->n = 3;
        p->median = 10 + g_rand_double(rand) + (changed && i >= 200 ? 3 : 0);
        p->ci95[0] = p->ci95[1] = NAN;
        sy_series_add(series, p);
    }
    g_rand_free(rand);
    judge(series);
    return series;
}

TestSuite(html_series, .timeout = 120);

Test(html_series, script_has_numbers_marks_and_levels_and_no_text)
{
    g_autoptr(GPtrArray) all = sy_series_array_new();
    g_autofree char *script = NULL;

    g_ptr_array_add(all, year("'; system('touch /tmp/owned'); '", true));
    script = sy_plot_series_script(all);
    cr_assert_null(strstr(script, "owned"));
    cr_assert_eq(count(script, "\nset arrow"), 1);
    cr_assert_not_null(strstr(script, "$levels using"));
    cr_assert_not_null(strstr(script, "$others using"), "what does not count is drawn, hollow");
    cr_assert_not_null(strstr(script, "set output 'plot-0.svg'"));
    cr_assert_not_null(strstr(script, "\n1767232800 10."), "1 January 2026, 02:00 UTC");
}

Test(html_series, history_draws_what_changed_first_and_lists_all)
{
    g_autoptr(GPtrArray) all = sy_series_array_new();
    g_autofree char *html = NULL, *gnuplot = g_find_program_in_path("gnuplot");
    const char *changed;

    for (int i = 0; i < SY_HTML_HISTORY_PLOTS + 6; i++) {
        g_autofree char *name = g_strdup_printf("figure_%d", i);

        g_ptr_array_add(all, year(name, i >= SY_HTML_HISTORY_PLOTS));
    }
    html = sy_html_history(all);
    check_page(html);
    cr_assert_not_null(strstr(html, "<h1>6 of 30 series changed</h1>"));
    cr_assert_eq(count(html, "<tr>"), 31, "a head, and every series");
    changed = strstr(html, "<h3>figure_24");
    cr_assert(changed && changed < strstr(html, "<h3>figure_0"));
    cr_assert_not_null(strstr(html, "6 more in the table"));
    if (gnuplot) {
        cr_assert_eq(count(html, "<svg class=\"plot\""), SY_HTML_HISTORY_PLOTS);
    } else {
        cr_assert_not_null(strstr(html, "gnuplot-nox"));
    }
}

Test(html_series, a_run_shows_what_became_of_its_figures_the_gravest_first)
{
    g_autoptr(GPtrArray) all = sy_series_array_new();
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *section = NULL, *page = NULL, *gnuplot = g_find_program_in_path("gnuplot");
    const char *worse, *better, *steady;

    for (int i = 0; i < SY_HTML_RUN_PLOTS + 3; i++) {
        g_autofree char *name = g_strdup_printf("figure_%d", i);
        SySeries *series = year(name, i == 7 || i == 9);

        if (i == 7) {
            series->better = SY_BETTER_HIGHER;
            judge(series);
        }
        g_ptr_array_add(all, series);
    }
    g_ptr_array_set_size(((SySeries *)g_ptr_array_index(all, 2))->points, 1);
    judge(g_ptr_array_index(all, 2));
    section = sy_html_run_history(all, NULL);
    page = sy_html_render(run, NULL, section);
    worse = strstr(page, "<h3>figure_9");
    better = strstr(page, "<h3>figure_7");
    steady = strstr(page, "<h3>figure_0");
    cr_assert(worse && better && steady && worse < better && better < steady);
    cr_assert_null(strstr(page, "<h3>figure_2,"), "no earlier run, no plot");
    cr_assert_not_null(strstr(page, "2 of 14 gated metrics changed"));
    cr_assert_not_null(strstr(page, "2 more are not drawn"));
    cr_assert_not_null(strstr(page, "1 gated metric has no earlier run"));
    if (gnuplot) {
        cr_assert_eq(count(page, "<svg class=\"plot\""), SY_HTML_RUN_PLOTS);
        cr_assert_eq(count(page, "id=\"plot1000_canvas\""), 1, "ids of its own");
        cr_assert_lt(strlen(page), 1024 * 1024, "%zu bytes", strlen(page));
    }
}

Test(html_series, a_run_without_history_says_why)
{
    g_autoptr(GPtrArray) none = sy_series_array_new(), alone = sy_series_array_new();
    g_autofree char *gateless = sy_html_run_history(none, NULL), *first = NULL, *broken = NULL;
    SySeries *series = year("figure", false);

    g_ptr_array_set_size(series->points, 1);
    judge(series);
    g_ptr_array_add(alone, series);
    first = sy_html_run_history(alone, NULL);
    broken = sy_html_run_history(alone, "history.db is <damaged>");
    cr_assert_not_null(strstr(gateless, "No metric with a gate was measured"));
    cr_assert_not_null(strstr(first, "No earlier run in the history"));
    cr_assert_not_null(strstr(broken, "No history: history.db is &lt;damaged&gt;"));
    cr_assert_eq(count(first, "<svg") + count(broken, "<svg") + count(gateless, "<svg"), 0);
}

Test(html_series, hostile_texts_stay_text_in_both_pages)
{
    static const char *const texts[] = {"<script>alert(1)</script>", "\" onclick=\"x", "a\x01&b<",
                                        NULL};

    for (const char *const *text = texts; *text; text++) {
        g_autoptr(GPtrArray) all = sy_series_array_new();
        g_autoptr(SyRunResult) base = sample_run_of_text(*text);
        g_autoptr(SyRunResult) other = sample_run_of_text(*text);
        SyRunDiffRule rule = SY_RUN_DIFF_RULE_DEFAULT;
        g_autoptr(SyRunDiff) diff = NULL;
        g_autofree char *history = NULL, *comparison = NULL, *section = NULL, *page = NULL;

        g_ptr_array_add(all, year(*text, true));
        history = sy_html_history(all);
        check_page(history);
        cr_assert_null(strstr(history, "onclick=\"x"));
        section = sy_html_run_history(all, NULL);
        page = sy_html_render(base, NULL, section);
        check_page(page);
        cr_assert_null(strstr(page, "onclick=\"x"));
        rule.force = true;
        diff = sy_run_diff_of(base, other, &rule, NULL);
        cr_assert_not_null(diff);
        comparison = sy_html_run_diff(diff);
        check_page(comparison);
        cr_assert_null(strstr(comparison, "onclick=\"x"));
    }
}

Test(html_series, comparison_says_the_verdict_first_then_what_got_worse)
{
    g_autoptr(SyRunResult) base = sample_run(), other = sample_run();
    g_autoptr(SyRunDiff) diff = NULL;
    g_autofree char *html = NULL;
    const char *verdict, *worse, *undecided;
    SyMetric *metric =
        g_ptr_array_index(((SyCaseResult *)g_ptr_array_index(base->cases, 0))->metrics, 0);
    SyRunDiffRow *row;

    cr_assert_eq(metric->samples->len, 3);
    diff = sy_run_diff_of(base, other, &SY_RUN_DIFF_RULE_DEFAULT, NULL);
    row = g_ptr_array_index(diff->rows, 1);
    row->verdict = SY_RUN_DIFF_REGRESSION; /* three repetitions would never make one */
    html = sy_html_run_diff(diff);
    check_page(html);
    verdict = strstr(html, "<h1>fail</h1>");
    worse = strstr(html, "What got worse");
    undecided = strstr(html, "What is undecided, and why");
    cr_assert(verdict && worse && undecided && verdict < worse && worse < undecided);
    cr_assert_eq(count(html, "<td class=\"st-cell\">"), diff->rows->len);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases side by side: when there is a table, what stands where, and how it reads. */
#include <math.h>

#include "report/html-pivot.h"
#include "report/html.h"
#include "report/pivot.h"
#include "report/summary.h"
#include "report/terminal-pivot.h"
#include "report/terminal.h"
#include "tests/check.h"
#include "tests/sample-peers.h"
#include "tests/sample-run.h"

static SyRunResult *run;
static GPtrArray *pivots;

static void prepare(void)
{
    run = sample_peers();
}

static void clear(void)
{
    g_clear_pointer(&pivots, g_ptr_array_unref);
    sy_run_result_free(run);
}

TestSuite(pivot, .init = prepare, .fini = clear, .timeout = 60);

static const SyPivot *first(void)
{
    g_clear_pointer(&pivots, g_ptr_array_unref);
    pivots = sy_pivots_of_run(run);
    cr_assert_gt(pivots->len, 0);
    return g_ptr_array_index(pivots, 0);
}

static guint count(void)
{
    g_clear_pointer(&pivots, g_ptr_array_unref);
    pivots = sy_pivots_of_run(run);
    return pivots->len;
}

static void expect_cell(guint row, guint column, bool brief, const char *text)
{
    const SyPivot *p = first();
    g_autofree char *cell = sy_pivot_cell(p, g_ptr_array_index(p->rows, row), column, brief);

    cr_assert_str_eq(cell, text);
}

static void rename_limiter(const char *limiter, const char *name)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        SyParam *param = g_ptr_array_index(result->params, 0);

        if (strcmp(param->value, limiter) == 0) {
            g_free(param->value);
            param->value = g_strdup(name);
        }
    }
}

Test(pivot, has_the_limiters_as_columns_and_what_else_differs_as_rows)
{
    const SyPivot *p = first();
    g_autofree char *title = sy_pivot_title(p);

    cr_assert_eq(pivots->len, 1);
    cr_assert_str_eq(title, "throttle.peers: share_error_pct by limiter, %");
    cr_assert_str_eq(p->head, "ratio_pct");
    cr_assert_eq(p->columns->len, 3);
    cr_assert_str_eq(g_ptr_array_index(p->columns, 1), "cgroup");
    cr_assert_eq(p->rows->len, 2);
    cr_assert_str_eq(((const SyPivotRow *)g_ptr_array_index(p->rows, 1))->label, "50");
    expect_cell(0, 0, false, "+0.004000 [+0.002000..+0.006000]");
    expect_cell(1, 0, false, "-0.002000 [-0.003000..-0.001000]");
    expect_cell(0, 2, true, "+42.00");
}

Test(pivot, cell_without_a_verdict_shows_no_figure)
{
    SyCaseResult *result = sample_peers_case(run, "cgroup", "10");

    result->status = SY_STATUS_INCONCLUSIVE;
    expect_cell(0, 1, false, "inconclusive");
    result->status = SY_STATUS_ERROR;
    expect_cell(0, 1, false, "error");
    result->status = SY_STATUS_FAIL;
    expect_cell(0, 1, true, "-0.3000");
    sy_case_result_metric(result, "share_error_pct")->median = NAN;
    expect_cell(0, 1, false, "n/a");
    g_ptr_array_remove(run->cases, result);
    expect_cell(0, 1, false, "");
}

Test(pivot, is_left_out_where_a_table_would_show_nothing_new)
{
    g_autoptr(SyRunResult) smoke = sample_run();
    g_autoptr(GPtrArray) none = sy_pivots_of_run(smoke);

    cr_assert_eq(none->len, 0, "two loads are seen at a glance");
    rename_limiter("cpulimit", "cgroup");
    cr_assert_eq(count(), 0, "two values");
    sample_peers_compare(run, "cgroup");
    cr_assert_eq(count(), 1, "but somebody asked to compare them");
}

Test(pivot, has_no_more_columns_than_one_can_read_unless_it_was_asked_for)
{
    for (guint i = 0; i < 9; i++) {
        g_autofree char *id = g_strdup_printf("throttle.peers/limiter=%u", i);
        const SyCaseResult *like = sample_peers_case(run, "cgroup", "10");
        SyCaseResult *result = sy_case_result_new(id, "throttle.peers");
        g_autofree char *name = g_strdup_printf("number%u", i);

        result->host_mode = g_strdup("native");
        for (guint k = 0; k < like->params->len; k++) {
            const SyParam *p = g_ptr_array_index(like->params, k);

            g_ptr_array_add(result->params, sy_param_new(p->name, p->type, k ? p->value : name));
        }
        g_ptr_array_add(run->cases, result);
    }
    cr_assert_eq(count(), 0, "twelve limiters");
    sample_peers_compare(run, "cgroup");
    cr_assert_eq(count(), 1);
}

Test(pivot, needs_cases_that_agree_in_all_else)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        SyParam *param = g_ptr_array_index(result->params, 1);

        g_free(param->value);
        param->value = g_strdup_printf("%u", i);
    }
    cr_assert_eq(count(), 0);
}

Test(pivot, keeps_host_modes_apart)
{
    SyCaseResult *result = sample_peers_case(run, "cgroup", "10");

    g_free(result->host_mode);
    result->host_mode = g_strdup("lab");
    sample_peers_compare(run, "cgroup");
    cr_assert_str_eq(first()->head, "ratio_pct, host");
    cr_assert_eq(first()->rows->len, 3);
    expect_cell(0, 1, false, "");
}

Test(pivot, leaves_out_a_case_that_nothing_stands_beside_unless_it_was_to_be_compared)
{
    const char *limiters[] = {"cgroup", "cpulimit"};

    for (guint i = 0; i < G_N_ELEMENTS(limiters); i++) {
        SyCaseResult *result = sample_peers_case(run, limiters[i], "10");

        g_free(result->host_mode);
        result->host_mode = g_strdup("lab");
    }
    cr_assert_eq(first()->rows->len, 2);
    sample_peers_compare(run, "cgroup");
    cr_assert_eq(first()->rows->len, 3);
}

Test(pivot, has_a_table_for_each_metric_that_is_compared)
{
    SyComparison *c = sample_peers_compare(run, "cgroup");

    g_free(c->metric);
    c->metric = g_strdup("longest_overrun_us");
    cr_assert_eq(count(), 2);
    cr_assert(first()->headline);
    cr_assert_str_eq(((const SyPivot *)g_ptr_array_index(pivots, 1))->metric->name,
                     "longest_overrun_us");
    cr_assert_not(((const SyPivot *)g_ptr_array_index(pivots, 1))->headline);
}

Test(pivot, on_a_terminal_gives_up_ranges_then_the_table_for_width)
{
    g_autoptr(GString) wide = g_string_new(NULL), narrow = g_string_new(NULL);
    g_autoptr(GString) list = g_string_new(NULL);

    sy_terminal_append_pivot(wide, first(), 120);
    sy_terminal_append_pivot(narrow, first(), 60);
    sy_terminal_append_pivot(list, first(), 30);
    cr_assert_not_null(
        strstr(wide->str, "  10         +0.004000 [+0.002000..+0.006000]  -0.3000 ["));
    cr_assert_str_eq(narrow->str, "throttle.peers: share_error_pct by limiter, %\n"
                                  "  ratio_pct  kvm-throttle   cgroup  cpulimit\n"
                                  "  10            +0.004000  -0.3000    +42.00\n"
                                  "  50            -0.002000  +0.1000     -5.00\n");
    cr_assert_not_null(strstr(list->str, "  50, cpulimit: -5.00\n"), "%s", list->str);
}

Test(pivot, is_in_terminal_markdown_and_page)
{
    g_autofree char *terminal = sy_terminal_summary(run, NULL, &(SyTerminalStyle){.width = 100});
    g_autofree char *summary = sy_summary_render(run);
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_not_null(strstr(terminal, "throttle.peers: share_error_pct by limiter, %\n"));
    cr_assert_not_null(
        strstr(summary, "| ratio\\_pct | kvm-throttle | cgroup | cpulimit |\n|:--|--:|--:|--:|\n"));
    cr_assert_not_null(strstr(summary, "\n| 10 | +0.004000 \\[+0.002000..+0.006000\\] | -0.3000 "));
    cr_assert_not_null(strstr(html, "<h2>Side by side</h2>"));
    cr_assert_not_null(strstr(html, "<th class=\"n\">cpulimit</th>"));
    cr_assert_not_null(strstr(html, "<td class=\"n both\" data-l=\"cgroup\">"));
}

Test(pivot, a_page_without_plots_says_why)
{
    g_autoptr(GString) out = g_string_new(NULL);

    sy_html_pivot(out, first(), "no plot: <no gnuplot>");
    cr_assert_not_null(strstr(out->str, "<p class=\"dim\">no plot: &lt;no gnuplot&gt;</p>"));
    cr_assert_not_null(strstr(out->str, "<table>"));
}

Test(pivot, hostile_text_stays_text_in_every_rendering)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autofree char *terminal = NULL, *summary = NULL, *html = NULL;

        sy_run_result_free(run);
        run = sample_peers();
        rename_limiter("cgroup", *text);
        terminal = sy_terminal_summary(run, NULL, &(SyTerminalStyle){.width = 100});
        summary = sy_summary_render(run);
        html = sy_html_render(run, NULL, NULL);
        cr_assert_null(strchr(terminal, '\x1b'));
        cr_assert_null(strstr(summary, "<script"));
        cr_assert_null(strstr(html, "<script"));
        cr_assert_null(strstr(html, "<svg onload"));
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event counts in results.json and in every report. */
#include "report/format.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/summary.h"
#include "report/terminal.h"
#include "result/run-json.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static void add(SyCaseTrace *trace, const char *name, uint64_t count)
{
    g_ptr_array_add(trace->events, sy_trace_event_new(name, count));
}

static SyCaseTrace *trace_new(uint64_t lost)
{
    SyCaseTrace *trace = sy_case_trace_new("traces/case 1.dat");

    add(trace, "kvm:kvm_entry", 1204);
    add(trace, "kvm:kvm_exit", 1204);
    add(trace, "kvm:kvm_pio", 7);
    add(trace, "sched:sched_switch", G_GUINT64_CONSTANT(5000000000));
    trace->lost = lost;
    return trace;
}

/* A passing run whose second case is traced. */
static SyRunResult *traced_run(uint64_t lost)
{
    SyRunResult *run = sample_run_passing();

    ((SyCaseResult *)g_ptr_array_index(run->cases, 1))->trace = trace_new(lost);
    return run;
}

static void check_figure(uint64_t lost, guint most, const char *expected)
{
    SyCaseTrace *trace = trace_new(lost);
    g_autofree char *text = sy_format_trace(trace, most);

    cr_expect_str_eq(text, expected);
    sy_case_trace_free(trace);
}

Test(trace_report, counts_are_sorted_by_size_then_name)
{
    check_figure(0, 0, "sched_switch 5000000000, kvm_entry 1204, kvm_exit 1204, kvm_pio 7");
    check_figure(0, 4, "sched_switch 5000000000, kvm_entry 1204, kvm_exit 1204, kvm_pio 7");
    check_figure(0, 2, "sched_switch 5000000000, kvm_entry 1204 and 2 more");
    check_figure(3, 1, "3 LOST, sched_switch 5000000000 and 3 more");
}

Test(trace_report, a_trace_without_events_says_so)
{
    SyCaseTrace *trace = sy_case_trace_new("t");
    g_autofree char *text = sy_format_trace(trace, 3);

    cr_assert_str_eq(text, "no events");
    sy_case_trace_free(trace);
}

static const char *member(const char *text, const char *name)
{
    const char *found = strstr(text, name);

    cr_assert_not_null(found, "no %s in: %s", name, text);
    return found;
}

Test(trace_report, results_json_has_every_count_and_reads_them_back)
{
    g_autoptr(SyRunResult) run = traced_run(3);
    g_autofree char *text = sy_run_result_text(run);
    g_autoptr(SyRunResult) back = sy_run_result_parse(text, -1, "x", NULL);
    g_autofree char *again = sy_run_result_text(back);
    const SyCaseTrace *trace = ((SyCaseResult *)g_ptr_array_index(back->cases, 1))->trace;

    cr_assert_str_eq(again, text);
    cr_assert_null(((SyCaseResult *)g_ptr_array_index(back->cases, 0))->trace);
    member(text, "\"trace\": null");
    cr_assert_str_eq(trace->file, "traces/case 1.dat");
    cr_assert_eq(trace->lost, 3);
    cr_assert_eq(trace->events->len, 4);
    cr_assert_str_eq(((SyTraceEvent *)g_ptr_array_index(trace->events, 3))->name,
                     "sched:sched_switch");
    cr_assert_eq(((SyTraceEvent *)g_ptr_array_index(trace->events, 3))->count,
                 G_GUINT64_CONSTANT(5000000000));
}

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = member(text, from);

    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

Test(trace_report, results_json_names_what_is_wrong_with_a_trace)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"file\": \"traces", "\"elif\": \"traces", "$.cases[1].trace.file: missing"},
        {"\"lost\": 3", "\"lost\": -3", "$.cases[1].trace.lost: -3 is not in"},
        {"\"lost\": 3", "\"tsol\": 3", "$.cases[1].trace.lost: missing"},
        {"\"kvm:kvm_exit\": 1204", "\"kvm:kvm_exit\": \"many\"",
         "$.cases[1].trace.events.kvm:kvm_exit: expected a whole number"},
        {"\"events\": {", "\"events\": [], \"x\": {",
         "$.cases[1].trace.events: expected an object"},
        {"\"trace\": {", "\"trace\": 1, \"x\": {", "$.cases[1].trace: expected an object"},
    };
    g_autoptr(SyRunResult) run = traced_run(3);
    g_autofree char *text = sy_run_result_text(run);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *bad = replaced(text, cases[i].from, cases[i].to);
        GError *error = NULL;

        cr_assert_null(sy_run_result_parse(bad, -1, "x", &error), "%s", cases[i].to);
        check_error(error, SY_ERROR_USAGE, cases[i].message);
    }
}

Test(trace_report, results_of_before_traces_are_read)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *old = replaced(text, "\"trace\": null", "\"unknown\": null");
    g_autoptr(SyRunResult) back = sy_run_result_parse(old, -1, "x", NULL);

    cr_assert_not_null(back);
    cr_assert_null(((SyCaseResult *)g_ptr_array_index(back->cases, 0))->trace);
}

Test(trace_report, the_terminal_shows_a_cases_counts_once)
{
    g_autoptr(SyRunResult) run = traced_run(3);
    SyCaseResult *result = g_ptr_array_index(run->cases, 1);
    const SyTerminalStyle style = {.width = 120};
    g_autofree char *line = sy_terminal_case(result, &style);
    g_autofree char *summary = NULL;

    member(line,
           "trace: 3 LOST, sched_switch 5000000000, kvm_entry 1204, kvm_exit 1204, kvm_pio 7");
    result->status = SY_STATUS_INCONCLUSIVE; /* which the summary lists again */
    summary = sy_terminal_summary(run, NULL, &style);
    cr_assert_null(strstr(summary, "trace:"));
}

Test(trace_report, html_has_a_table_and_a_link)
{
    g_autoptr(SyRunResult) run = traced_run(3);
    g_autofree char *html = sy_html_render(run, NULL, NULL);
    const char *first = member(html, "sched:sched_switch</td><td class=\"n\" data-l=\"count\">"
                                     "5000000000</td>");

    cr_assert_not_null(strstr(first, "kvm:kvm_pio</td>"));
    member(html, "3 more events were lost");
    member(html, "href=\"./traces/case%201.dat\"");
}

Test(trace_report, html_of_a_whole_trace_speaks_of_no_loss)
{
    g_autoptr(SyRunResult) run = traced_run(0);
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_null(strstr(html, "lost"));
}

Test(trace_report, summary_and_junit_name_the_case)
{
    g_autoptr(SyRunResult) run = traced_run(0);
    g_autofree char *summary = sy_summary_render(run);
    g_autofree char *junit = sy_junit_render(run);

    member(summary, "Kernel events:\n\n- throttle.share/ratio\\_pct=25");
    member(summary, ": sched\\_switch 5000000000, kvm\\_entry 1204");
    member(junit, "trace traces/case 1.dat: sched_switch 5000000000, kvm_entry 1204");
}

Test(trace_report, hostile_names_stay_text)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = traced_run(0);
        SyCaseTrace *trace = ((SyCaseResult *)g_ptr_array_index(run->cases, 1))->trace;
        g_autofree char *html = NULL, *junit = NULL, *summary = NULL, *json = NULL, *line = NULL;
        g_autoptr(SyRunResult) back = NULL;

        g_free(trace->file);
        trace->file = g_strdup(*text);
        add(trace, *text, 9);
        html = sy_html_render(run, NULL, NULL);
        junit = sy_junit_render(run);
        summary = sy_summary_render(run);
        json = sy_run_result_text(run);
        line = sy_terminal_case(g_ptr_array_index(run->cases, 1), &(SyTerminalStyle){0});
        cr_assert_null(strstr(html, "<script>alert"));
        cr_assert_null(strstr(html, "<svg onload"));
        cr_assert_null(strstr(html, "href=\"javascript:"));
        cr_assert_null(strstr(junit, "<script>alert"));
        cr_assert_null(strstr(summary, "<script>alert"));
        cr_assert_null(strchr(line, '\x1b'));
        cr_assert(g_utf8_validate(json, -1, NULL));
        back = sy_run_result_parse(json, -1, "x", NULL);
        cr_assert_not_null(back);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every report says which case ran where, and why. */
#include "report/hosts.h"

#include "report/html.h"
#include "report/junit.h"
#include "report/list.h"
#include "report/summary.h"
#include "report/terminal.h"
#include "run/placement.h"
#include "tests/check.h"
#include "tests/sample-run.h"

#define WHY "no ftrace here: write /sys/kernel/tracing: Permission denied"

static void check_has(const char *text, const char *part)
{
    cr_assert_not_null(strstr(text, part), "lacks \"%s\": %s", part, text);
}

Test(hosts, lines_count_the_cases_of_each_mode_and_reason)
{
    g_autoptr(SyRunResult) run = sample_run();
    SyCaseResult *last = g_ptr_array_index(run->cases, run->cases->len - 1);
    g_auto(GStrv) lines = NULL;

    g_clear_pointer(&last->host_mode, g_free); /* not known: not told */
    lines = sy_hosts_lines(run);
    cr_assert_eq(g_strv_length(lines), 2);
    cr_assert_str_eq(lines[0], "8 native");
    cr_assert_str_eq(lines[1], "2 lab: " WHY);
    cr_assert_null(sy_hosts_case(last));
}

Test(hosts, a_run_without_lab_needs_no_words)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_auto(GStrv) lines = sy_hosts_lines(run);
    g_autofree char *terminal = sy_terminal_summary(run, NULL, &(SyTerminalStyle){0});
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_null(lines[0]);
    cr_assert_null(strstr(terminal, "native"));
    cr_assert_null(strstr(html, "Virtual lab host"));
}

Test(hosts, terminal_and_markdown_say_how_many_ran_where)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *terminal = sy_terminal_summary(run, NULL, &(SyTerminalStyle){.width = 120});
    g_autofree char *markdown = sy_summary_render(run);

    check_has(terminal, "\n2 lab: " WHY "\n");
    check_has(markdown, "- Cases: 2 lab: no ftrace here");
    check_has(markdown, "- Lab's kernel: 6.12.107+deb13-cloud-amd64");
    check_has(markdown, run->lab->image_sha256);
}

Test(hosts, html_says_it_of_each_case_and_describes_the_lab)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *html = sy_html_render(run, NULL, NULL);
    guint told = 0;

    for (const char *at = html; (at = strstr(at, "<p class=\"dim\">Host: ")); at++) {
        told++;
    }
    cr_assert_eq(told, run->cases->len);
    check_has(html, "Host: lab: " WHY);
    check_has(html, "<th class=\"word\">host</th>"); /* throttle.share ran in both */
    check_has(html, "data-l=\"host\">lab</td>");
    check_has(html, "<p class=\"dim\">9 cases, period_ms 20</p>"); /* no mode they all have */
    check_has(html, "<h2>Virtual lab host</h2>");
    check_has(html, "<dt>Up after</dt><dd>1.4, 1.5 s</dd>");
    check_has(html, run->lab->image_sha256);
    check_has(html, run->lab->host->fingerprint);
    check_has(html, run->lab->command);
}

Test(hosts, junit_says_it_of_each_case)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *junit = sy_junit_render(run);

    check_has(junit, "host: lab: no ftrace here");
    check_has(junit, "host: native\n");
    check_has(junit, "<property name=\"lab.kernel\" value=\"6.12.107+deb13-cloud-amd64\"/>");
}

Test(hosts, a_dry_run_says_where_it_would_be)
{
    static const SyWorkload bare = {.name = "bare"};
    static const SyWorkload *const table[] = {&bare, NULL};
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autofree char *text = NULL;

    g_ptr_array_add(jobs, sy_job_parse("t.ini", "[bare]\n", table, NULL));
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    cr_assert(sy_placement_decide(plans, "lab", NULL));
    text = sy_list_plans(plans);
    cr_assert_str_eq(text, "1  bare  3 x  lab: --host lab\n1 case, 3 repetitions\n");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.html: verdict first, complete, self-contained, and nothing that came from outside is
 * markup. */
#include <math.h>

#include "report/html-bar.h"
#include "report/html-page.h"
#include "report/html.h"
#include "report/markup.h"
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

/* The tags of `html`, one per line, without their attributes and where a line may break: its
 * structure. */
static char *tags_of(const char *html)
{
    GString *tags = g_string_new(NULL);

    for (const char *p = strchr(html, '<'); p; p = strchr(p + 1, '<')) {
        if (!g_str_has_prefix(p, "<wbr>")) {
            g_string_append_len(tags, p, (gssize)strcspn(p, " >"));
            g_string_append_c(tags, '\n');
        }
    }
    return g_string_free(tags, FALSE);
}

static char *figure(const char *text)
{
    GString *out = g_string_new(NULL);

    sy_html_value(out, text);
    return g_string_free(out, FALSE);
}

static char *bar(SyBetter better, double limit, guint n, const double *samples)
{
    GString *out = g_string_new(NULL);
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", better);

    metric->gate = (SyGate){.bounds_samples = true, .limit = limit};
    metric->median = n ? samples[0] : NAN;
    g_array_append_vals(metric->samples, samples, n);
    sy_html_bar(out, metric);
    return g_string_free(out, FALSE);
}

Test(html, the_verdict_comes_before_everything_else)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *html = sy_html_render(run, NULL, NULL);
    const char *verdict = strstr(html, "<h1>fail</h1><p>1 of 11 cases failed its gate");
    const char *table = strstr(html, "<table>");

    cr_assert_not_null(verdict);
    cr_assert(table && verdict < table);
    cr_assert_not_null(strstr(html, "<title>FAIL: 20261120T160800Z-smoke</title>"));
}

Test(html, says_beside_the_fingerprint_what_was_found_and_what_helps)
{
    g_autoptr(SyRunResult) run = sample_run(), before = sample_run();
    g_autofree char *html = sy_html_render(run, NULL, NULL), *none = NULL;
    const char *host = strstr(html, "<dt>Fingerprint</dt>"), *tuning, *lacks, *rest;

    cr_assert_not_null(host);
    tuning = strstr(host, "<h3>What makes measurements noisy here</h3>\n<dl>\n<dt>governor</dt><dd>"
                          "scaling_governor is powersave<br><span class=\"dim\">what governor is"
                          "</span><br>Remedy: doctor --apply</dd>\n</dl>");
    lacks = strstr(host, "<h3>What this host lacks</h3>\n<dl>\n<dt>vhost-net</dt>");
    rest = strstr(host, "<span>2 checks passed</span>");
    cr_assert(tuning && lacks && rest && tuning < lacks && lacks < rest);
    cr_assert(rest < strstr(html, "<h2>QEMU under test</h2>"));
    g_ptr_array_set_size(before->findings, 0);
    none = sy_html_render(before, NULL, NULL);
    cr_assert_null(strstr(none, "class=\"found\""));
    cr_assert_null(strstr(none, "noisy here"));
}

Test(html, has_every_case_reason_host_and_build_fact)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *html = sy_html_render(run, NULL, NULL);
    static const char *const facts[] = {"2 of 3 repetitions",
                                        "starved: the host gave",
                                        "killed by SIGSEGV",
                                        "needs vhost-net",
                                        "n/a: no PMU",
                                        "AMD EPYC 9654",
                                        "7c0f6c2f9a41be03",
                                        "10.0.13+ds-0+deb13u1",
                                        "--enable-slirp",
                                        "&#39;my results&#39;",
                                        "2026-11-20T16:08:00Z",
                                        "754.5 GiB",
                                        "period_ms 20",
                                        "\xe2\x88\x92"
                                        "13.900 to",
                                        "gate \xc2\xb1"
                                        "5 %"};

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        cr_assert_not_null(strstr(html, result->id), "%s", result->id);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
        cr_assert_not_null(strstr(html, facts[i]), "%s", facts[i]);
    }
    cr_assert_eq(count(html, "<details id="), 11);
    cr_assert_eq(count(html, "<details id=\"case-7\" open>"), 1);
    cr_assert_eq(count(html, "<svg class=\"bar"), 9); /* cases with samples and a gate */
}

Test(html, needs_no_network_and_no_scripts)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_eq(count(html, "<script"), 0);
    cr_assert_eq(count(html, "http:"), 0);
    cr_assert_eq(count(html, "https:"), 0);
    cr_assert_eq(count(html, "url("), 0);
    cr_assert_eq(count(html, "src=\""), 0);
    cr_assert_not_null(strstr(html, "default-src 'none'"));
    cr_assert_not_null(strstr(html, "prefers-color-scheme:dark"));
    cr_assert_not_null(strstr(html, "@media print"));
    cr_assert_not_null(strstr(html, "width=device-width"));
}

Test(html, a_passing_run_has_no_list_of_what_did_not_pass)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_null(strstr(html, "What did not pass"));
    cr_assert_not_null(strstr(html, "<h1>pass</h1><p>All 3 cases passed their gates.</p>"));
}

Test(html, an_empty_run_is_a_page)
{
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autofree char *html = sy_html_render(run, NULL, NULL);

    cr_assert_not_null(strstr(html, "<h1>could not run</h1><p>No case ran.</p>"));
    cr_assert_null(strstr(html, "(null)"));
}

/* With the same shape of run, hostile text must give the very tags that harmless text gives. */
Test(html, hostile_text_adds_no_tag)
{
    g_autoptr(SyRunResult) harmless = sample_run_of_text("harmless");
    g_autofree char *harmless_html = sy_html_render(harmless, NULL, NULL);
    g_autofree char *expected = tags_of(harmless_html);

    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *html = sy_html_render(run, NULL, NULL);
        g_autofree char *tags = tags_of(html);

        if (**text == '\0') { /* facts without a value are left out */
            continue;
        }
        cr_assert_str_eq(tags, expected, "tags differ for: %.80s", *text);
        cr_assert(g_utf8_validate(html, -1, NULL));
        cr_assert_eq(count(html, "href=\"javascript"), 0);
        cr_assert_eq(count(html, "href=\"//"), 0);
        cr_assert_eq(count(html, "href=\"./"), SY_STATUS_COUNT);
    }
}

Test(html, attributes_cannot_be_closed_from_inside)
{
    g_autoptr(GString) out = g_string_new(NULL);

    sy_markup_append_attribute(out, "a", "x\" onload=\"y' <\n\t&\x01");
    cr_assert_str_eq(out->str, " a=\"x&quot; onload=&quot;y&#39; &lt;&#10;&#9;&amp;\"");
    g_string_truncate(out, 0);
    sy_markup_append_link(out, "javascript:alert(1)?a#b//c d");
    cr_assert_str_eq(out->str, "./javascript%3Aalert%281%29%3Fa%23b//c%20d");
}

Test(html, figures_get_signs_and_groups)
{
    static const struct {
        const char *from, *to;
    } table[] = {
        {"-0.004 to +0.021", "\xe2\x88\x92"
                             "0.004 to +0.021"},
        {"+-5 %", "\xc2\xb1"
                  "5 %"},
        {"<= 100 ns", "\xe2\x89\xa4 100 ns"},
        {">= 3", "\xe2\x89\xa5 3"},
        {"1234", "1234"},
        {"12345", "12\xe2\x80\xaf"
                  "345"},
        {"1234567.1234567", "1\xe2\x80\xaf"
                            "234\xe2\x80\xaf"
                            "567.1234567"},
        {"n/a <b>", "n/a &lt;b&gt;"},
        {"5 a-b", "5 a-b"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = figure(table[i].from);

        cr_assert_str_eq(text, table[i].to);
    }
}

Test(bar, shows_samples_inside_and_arrows_outside_its_scale)
{
    g_autofree char *inside = bar(SY_BETTER_TARGET, 5, 3, (double[]){0, -5, 5});
    g_autofree char *right = bar(SY_BETTER_TARGET, 5, 2, (double[]){0, 50});
    g_autofree char *both = bar(SY_BETTER_TARGET, 5, 2, (double[]){-50, 50});
    g_autofree char *lower = bar(SY_BETTER_LOWER, 100, 2, (double[]){0, 151});
    g_autofree char *higher = bar(SY_BETTER_HIGHER, 100, 2, (double[]){150, 49});

    cr_assert(count(inside, "class=\"sample\"") == 3 && count(inside, "class=\"far\"") == 0);
    cr_assert_not_null(strstr(inside, "class=\"sample\" cx=\"90.0\""), "%s", inside);
    cr_assert(count(right, "class=\"sample\"") == 1 && count(right, "class=\"far\"") == 1);
    cr_assert(count(both, "class=\"sample\"") == 0 && count(both, "class=\"far\"") == 2);
    cr_assert_eq(count(both, "class=\"median\""), 0);
    cr_assert(count(lower, "class=\"far\"") == 1 && count(higher, "class=\"far\"") == 1);
}

Test(bar, shows_what_the_median_may_be_inside_of_what_a_sample_may)
{
    g_autoptr(SyMetric) metric = sy_metric_new("m", "%", SY_BETTER_TARGET);
    g_autoptr(GString) both = g_string_new(NULL), alone = g_string_new(NULL);
    double sample = 1;

    metric->gate = (SyGate){true, true, 2, 1};
    g_array_append_val(metric->samples, sample);
    metric->median = sample;
    sy_html_bar(both, metric);
    /* 166 units are +-3, so that 1 is 27.7 and the middle is at 90. */
    cr_assert_not_null(strstr(both->str, "class=\"band\" x=\"34.7\""), "%s", both->str);
    cr_assert_not_null(strstr(both->str, "class=\"core\" x=\"62.3\""), "%s", both->str);
    metric->gate.bounds_samples = false;
    sy_html_bar(alone, metric);
    cr_assert(count(alone->str, "class=\"band\"") == 1 && count(alone->str, "class=\"core\"") == 0);
}

Test(html, each_row_names_its_gate_where_they_differ)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *same = sy_html_render(run, NULL, NULL);
    g_autofree char *html = NULL;
    SyCaseResult *result = g_ptr_array_index(run->cases, 0);
    SyMetric *metric = g_ptr_array_index(result->metrics, 0);

    cr_assert_null(strstr(same, "<span class=\"dim\">\xc2\xb1"));
    metric->gate = (SyGate){true, true, 0.5, 0.1};
    html = sy_html_render(run, NULL, NULL);
    cr_assert_not_null(strstr(html, "<span class=\"dim\">\xc2\xb1"
                                    "0.5 %, median \xc2\xb1"
                                    "0.1 %</span></td>"));
    cr_assert_null(strstr(html, "<th class=\"draw\">gate \xc2\xb1"));
}

Test(bar, is_left_out_without_samples_or_a_usable_gate)
{
    g_autofree char *empty = bar(SY_BETTER_TARGET, 5, 0, NULL);
    g_autofree char *odd = bar(SY_BETTER_TARGET, NAN, 1, (double[]){1});
    g_autofree char *zero = bar(SY_BETTER_LOWER, 0, 2, (double[]){0, NAN});

    cr_assert_str_empty(empty);
    cr_assert_str_empty(odd);
    cr_assert_null(strstr(zero, "nan"));
}

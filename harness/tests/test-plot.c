/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots: what gnuplot is told, what becomes of what it draws, and what is said without it. */
#include <glib/gstdio.h>

#include "report/html-figures.h"
#include "report/html.h"
#include "report/plot-pivot.h"
#include "tests/check.h"
#include "tests/sample-peers.h"
#include "tests/sample-run.h"

static SyRunResult *run;
static GPtrArray *pivots;

static void prepare(void)
{
    run = sample_peers();
    pivots = sy_pivots_of_run(run);
}

static void clear(void)
{
    g_ptr_array_unref(pivots);
    sy_run_result_free(run);
}

TestSuite(plot, .init = prepare, .fini = clear, .timeout = 60);

static const SyPivot *first(void)
{
    return g_ptr_array_index(pivots, 0);
}

/* An SVG of gnuplot's shape with the tokens in it. */
#define DRAWING(text)                                                                              \
    "<?xml version=\"1.0\"?>\n<svg width=\"9\" xmlns=\"http://www.w3.org/2000/svg\">"              \
    "<title>Gnuplot</title><g color=\"black\" id=\"gnuplot_plot_1\"><text>" text                   \
    "</text></g></svg>\n"

/* The limiter cgroup is called `name` from now on. */
static void rename_cgroup(const char *name)
{
    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);
        SyParam *param = g_ptr_array_index(result->params, 0);

        if (strcmp(param->value, "cgroup") == 0) {
            g_free(param->value);
            param->value = g_strdup(name);
        }
    }
    g_ptr_array_unref(pivots);
    pivots = sy_pivots_of_run(run);
}

Test(plot, script_has_magnitudes_on_whole_decades)
{
    g_autoptr(SyPlot) plot = sy_plot_pivot(first());
    const char *script = plot->script->str;

    cr_assert_not_null(strstr(script, "set logscale y"));
    cr_assert_not_null(strstr(script, "set yrange [ 0.001 : 100 ]"));
    cr_assert_not_null(strstr(script, "\n 0 0.3 0.15 0.45 0.15 0.45\n"), "%s", script);
    cr_assert_not_null(strstr(script, "\n 0.766666667 0.002 0.001 0.003 0.001 0.003\n"), "%s",
                       script);
}

Test(plot, zeros_and_ranges_across_zero_end_on_the_lower_edge)
{
    SyMetric *metric =
        sy_case_result_metric(sample_peers_case(run, "kvm-throttle", "10"), "share_error_pct");
    g_autoptr(SyPlot) plot = NULL;
    g_autoptr(SyPlot) zero = NULL;

    g_array_index(metric->samples, double, 0) = -0.006;
    plot = sy_plot_pivot(first());
    cr_assert_not_null(strstr(plot->script->str, " 0.004 0.0001 0.006 0.002 0.006\n"), "%s",
                       plot->script->str);
    sample_peers_set(sample_peers_case(run, "kvm-throttle", "10"), "share_error_pct", 0);
    zero = sy_plot_pivot(first());
    cr_assert_not_null(strstr(zero->script->str, " 0.001 0.001 0.001 0.001 0.001\n"), "%s",
                       zero->script->str);
}

Test(plot, nothing_but_zeros_is_no_plot)
{
    g_autoptr(GPtrArray) plots = NULL;

    for (guint i = 0; i < run->cases->len; i++) {
        sample_peers_set(g_ptr_array_index(run->cases, i), "share_error_pct", 0);
    }
    cr_assert_null(sy_plot_pivot(first()));
    plots = sy_html_plots(run);
    cr_assert_not_null(strstr(g_ptr_array_index(plots, 0), "no plot: only zeros were measured"));
}

Test(plot, no_text_of_the_run_is_part_of_the_script)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyPlot) plot = NULL;
        const char *script;

        rename_cgroup(*text);
        plot = sy_plot_pivot(first());
        cr_assert_not_null(plot);
        script = plot->script->str;
        for (const char *p = script; *p; p++) {
            cr_assert(*p == '\n' || (*p >= ' ' && *p <= '~'));
        }
        cr_assert_null(strstr(script, "alert"));
        cr_assert_null(strchr(script, '`'));
        cr_assert_null(strstr(script, "system"));
        cr_assert_null(strstr(script, "twice"));
    }
}

Test(plot, texts_come_back_escaped_and_the_rest_belongs_to_the_page)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPlot) plot = NULL;
    g_autofree char *svg = NULL;

    rename_cgroup("<script>alert(1)</script>");
    plot = sy_plot_pivot(first());
    /* Axes 0 and 1, rows 2 and 3, columns 4, 5, 6. */
    svg = sy_plot_finish(plot, DRAWING("Q5Qxxxxxxxxxxxxxxxxxxxxxx"), 3, &error);
    check_no_error(error);
    cr_assert(g_str_has_prefix(svg, "<svg class=\"plot\" viewBox="));
    cr_assert_not_null(strstr(svg, "<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>"), "%s",
                       svg);
    cr_assert_not_null(strstr(svg, "id=\"plot3_plot_1\""));
    cr_assert_not_null(strstr(svg, "aria-labelledby=\"plot3-title plot3-desc\"><title id="));
    cr_assert_not_null(strstr(svg, "throttle.peers: share_error_pct by limiter, %</title><desc "));
    cr_assert_null(strstr(svg, "http:"));
    cr_assert_null(strstr(svg, "Gnuplot"));
    cr_assert_null(strstr(svg, "black"));
}

Test(plot, what_is_no_svg_is_an_error)
{
    g_autoptr(SyPlot) plot = sy_plot_pivot(first());
    static const char *const texts[] = {"", "<svg", "<svg>", "no", "</svg><svg>"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        GError *error = NULL;

        cr_assert_null(sy_plot_finish(plot, texts[i], 0, &error));
        check_error(error, SY_ERROR_PROTOCOL, "something other than an SVG");
    }
}

Test(plot, without_gnuplot_names_the_package_and_the_page_has_its_table)
{
    g_autoptr(GPtrArray) plots = NULL;
    g_autofree char *html = NULL;

    g_setenv("PATH", "/nonexistent", TRUE);
    plots = sy_html_plots(run);
    cr_assert_not_null(strstr(g_ptr_array_index(plots, 0), "gnuplot-nox"));
    html = sy_html_render(run, plots, NULL);
    cr_assert_not_null(strstr(html, "<p class=\"dim\">no plot"));
    cr_assert_not_null(strstr(html, "<th class=\"n\">cpulimit</th>"));
}

Test(plot, of_a_gnuplot_that_fails_has_its_words)
{
    char *dir = check_folder();
    g_autofree char *program = g_build_filename(dir, "gnuplot", NULL);
    g_autofree char *path = g_strdup_printf("%s:%s", dir, g_getenv("PATH"));
    g_autoptr(SyPlot) plot = sy_plot_pivot(first());
    GError *error = NULL;

    g_file_set_contents(program, "#!/bin/sh\necho no such terminal >&2\nexit 1\n", -1, NULL);
    cr_assert_eq(g_chmod(program, 0700), 0);
    g_setenv("PATH", path, TRUE);
    cr_assert_null(sy_plot_draw(plot, 0, &error));
    check_error(error, SY_ERROR_PROTOCOL, "exit status 1: no such terminal");
    g_file_set_contents(program, "#!/bin/sh\nexit 0\n", -1, NULL);
    cr_assert_eq(g_chmod(program, 0700), 0);
    cr_assert_null(sy_plot_draw(plot, 0, &error));
    check_error(error, SY_ERROR_PROTOCOL, "left no usable SVG");
    check_folder_remove(dir);
}

Test(plot, by_gnuplot_stands_in_the_page_without_scripts_links_or_fixed_ink)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    g_autoptr(GPtrArray) plots = NULL;
    g_autofree char *html = NULL;
    const char *svg;

    if (!program) {
        cr_skip_test("no gnuplot (package gnuplot-nox)");
    }
    rename_cgroup("<b>'`&c\"");
    plots = sy_html_plots(run);
    svg = g_ptr_array_index(plots, 0);
    cr_assert(g_str_has_prefix(svg, "<svg class=\"plot\""), "%s", svg);
    cr_assert_not_null(strstr(svg, ">kvm-throttle<"));
    cr_assert_not_null(strstr(svg, ">&lt;b&gt;&#39;`&amp;c&quot;<"), "%s", svg);
    cr_assert_not_null(strstr(svg, ">|share_error_pct|, %<"));
    cr_assert_not_null(strstr(svg, "'rgb( 46, 139,  87)'"));
    html = sy_html_render(run, plots, NULL);
    for (const char *const *no =
             (const char *const[]){"<script", "http:", "style='", "color='white'", "=\"black\"",
                                   "Gnuplot", "Q0Q", NULL};
         *no; no++) {
        cr_assert_null(strstr(svg, *no), "%s", *no);
    }
    cr_assert_not_null(strstr(html, "<svg class=\"plot\""));
    cr_assert_null(strstr(html, "http:"));
}

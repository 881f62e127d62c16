/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a whole consists of, and scaling: when there is a figure, what is in it, how it reads. */
#include <math.h>

#include "report/html-figures.h"
#include "report/html.h"
#include "report/parts.h"
#include "report/plot-parts.h"
#include "report/plot-scaling.h"
#include "report/scaling.h"
#include "tests/check.h"
#include "tests/sample-run.h"

static SyRunResult *run;

static void prepare(void)
{
    run = sy_run_result_new();
    run->id = g_strdup("20261130T200000Z-minikvm");
    run->host = g_new0(SyHostFingerprint, 1);
    run->host->cpus = 2;
}

static void clear(void)
{
    sy_run_result_free(run);
}

TestSuite(figures, .init = prepare, .fini = clear, .timeout = 60);

/* A metric with three samples around `median`; NAN: it was not measured. */
static void add_metric(SyCaseResult *result, const char *name, const char *unit, double median)
{
    SyMetric *metric = sy_metric_new(name, unit, SY_BETTER_LOWER);
    const double samples[] = {0.9 * median, median, 1.1 * median};

    if (!isnan(median)) {
        g_array_append_vals(metric->samples, samples, G_N_ELEMENTS(samples));
        metric->median = median;
        metric->ci95[0] = samples[0];
        metric->ci95[1] = samples[2];
    }
    g_ptr_array_add(result->metrics, metric);
}

static SyCaseResult *add_case(const char *workload, const char *id)
{
    SyCaseResult *result = sy_case_result_new(id, workload);

    result->host_mode = g_strdup("native");
    result->index = run->cases->len;
    g_ptr_array_add(run->cases, result);
    run->planned = run->cases->len;
    return result;
}

static SyCaseResult *add_start(const char *vmm, double open_us, double run_us, double start_us)
{
    g_autofree char *id = g_strdup_printf("minikvm.start/vmm=%s", vmm);
    SyCaseResult *result = add_case("minikvm.start", id);

    g_ptr_array_add(result->params, sy_param_new("vmm", SY_PARAM_STRING, vmm));
    add_metric(result, "rounds", "1", 7);
    add_metric(result, "start_us", "us", start_us);
    add_metric(result, "phase_us.open", "us", open_us);
    add_metric(result, "phase_us.run", "us", run_us);
    return result;
}

static SyCaseResult *add_scale(const char *load, const char *vcpus, double per_s, double pct)
{
    g_autofree char *id = g_strdup_printf("minikvm.scale/vcpus=%s,load=%s", vcpus, load);
    SyCaseResult *result = add_case("minikvm.scale", id);

    g_ptr_array_add(result->params, sy_param_new("vcpus", SY_PARAM_INT, vcpus));
    g_ptr_array_add(result->params, sy_param_new("load", SY_PARAM_STRING, load));
    g_ptr_array_add(result->params,
                    sy_param_new("rounds", SY_PARAM_INT, strcmp(vcpus, "4") == 0 ? "6" : "12"));
    add_metric(result, "exits_per_s", "1/s", per_s);
    add_metric(result, "efficiency_pct", "%", pct);
    return result;
}

static void check_has(const char *text, const char *part)
{
    cr_expect(strstr(text, part), "\"%s\" is not in: %s", part, text);
}

/* ---------------------------------------------------------------------------------------- parts */

Test(figures, parts_are_the_metrics_with_one_stem)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autofree char *title = NULL;
    const SyParts *parts;
    const SyPartsRow *row;

    add_start("mini-kvm", 10, 30, 45);
    add_start("qemu-kvm", NAN, NAN, 4000);
    all = sy_parts_of_run(run);
    cr_assert_eq(all->len, 1);
    parts = g_ptr_array_index(all, 0);
    title = sy_parts_title(parts);
    cr_expect_str_eq(title, "minikvm.start: phase_us, us");
    cr_expect_str_eq(parts->whole, "start_us", "not rounds, whose unit is another");
    cr_expect_str_eq(parts->head, "vmm");
    cr_assert_eq(parts->names->len, 2);
    cr_expect_str_eq(g_ptr_array_index(parts->names, 1), "run");
    cr_assert_eq(parts->rows->len, 2);
    row = g_ptr_array_index(parts->rows, 0);
    cr_expect_str_eq(row->label, "mini-kvm");
    cr_expect_eq(row->sum, 40);
    cr_expect_eq(row->total, 45);
    row = g_ptr_array_index(parts->rows, 1);
    cr_expect_eq(row->sum, 0);
    cr_expect_null(row->parts[0]);
}

Test(figures, a_case_without_a_verdict_is_no_bar)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) none = NULL;

    add_start("mini-kvm", 10, 30, 45)->status = SY_STATUS_INCONCLUSIVE;
    none = sy_parts_of_run(run);
    cr_expect_eq(none->len, 0);
    add_start("qemu-kvm", NAN, NAN, 4000);
    all = sy_parts_of_run(run);
    cr_assert_eq(all->len, 1);
    cr_expect_eq(((const SyParts *)g_ptr_array_index(all, 0))->rows->len, 1);
}

Test(figures, one_part_alone_is_no_whole)
{
    g_autoptr(GPtrArray) all = NULL;

    add_start("mini-kvm", 10, NAN, 45);
    all = sy_parts_of_run(run);
    cr_expect_eq(all->len, 0);
}

Test(figures, bars_are_stacked_and_long_ones_have_their_own_panel)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(SyPlot) plot = NULL;
    const char *script;
    guint panels = 0;

    add_start("qemu-kvm", NAN, NAN, 4000);
    add_start("mini-kvm", 1000, 3000, 4500);
    add_start("holder", 10, 30, 45);
    all = sy_parts_of_run(run);
    plot = sy_plot_parts(g_ptr_array_index(all, 0));
    script = plot->script->str;
    for (const char *p = script; (p = strstr(p, "$whole <<")) != NULL; p++) {
        panels++;
    }
    cr_expect_eq(panels, 2);
    /* middle, row, from, to; the gap between two parts takes a little of the first */
    check_has(script, "$p0 << EOD\n 4.9");
    check_has(script, "$p1 << EOD\n 24.9");
    check_has(script, "$p1 << EOD\n 2495.");
    check_has(script, "$rest << EOD\n 42.5 0 40 45\nEOD\n");
    check_has(script, "$rest << EOD\n 2000 0 0 4000\n 4250 1 4000 4500\n");
    check_has(script, "$whole << EOD\n 45 0 40.5 49.5\n");
    check_has(script, "$whole << EOD\n 4000 0 3600 4400\n 4500 1 4050 4950\n");
}

/* -------------------------------------------------------------------------------------- scaling */

Test(figures, scaling_has_a_line_for_all_that_differs_in_nothing_else)
{
    g_autoptr(GPtrArray) all = NULL;
    const SyScaling *scaling;
    const SyScalingLine *line;

    add_scale("exits", "4", 190, 47);
    add_scale("exits", "1", 100, 100);
    add_scale("exits", "2", 180, 90);
    add_scale("none", "1", 10, 100);
    add_scale("none", "2", 20, 100);
    all = sy_scalings_of_run(run);
    cr_assert_eq(all->len, 1);
    scaling = g_ptr_array_index(all, 0);
    cr_expect_str_eq(scaling->param, "vcpus");
    cr_expect_str_eq(scaling->rate->name, "exits_per_s");
    cr_assert_eq(scaling->lines->len, 1, "two points are no line");
    line = g_ptr_array_index(scaling->lines, 0);
    cr_expect_str_eq(line->label, "", "there is only one");
    cr_expect_eq(line->cpus, 2);
    cr_assert_eq(line->points->len, 3);
    cr_expect_eq(g_array_index(line->points, SyScalingPoint, 0).x, 1);
    cr_expect_eq(g_array_index(line->points, SyScalingPoint, 2).efficiency->median, 47);
}

Test(figures, more_than_the_cpus_of_the_host_cannot_be_ideal)
{
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(SyPlot) plot = NULL;

    add_scale("exits", "1", 100, 100);
    add_scale("exits", "2", 180, 90);
    add_scale("exits", "4", 190, 47);
    all = sy_scalings_of_run(run);
    plot = sy_plot_scaling(g_ptr_array_index(all, 0));
    check_has(plot->script->str, "$i0 << EOD\n 1 100\n");
    check_has(plot->script->str, "\n 2 200\n");
    check_has(plot->script->str, "\n 4 200\nEOD\n");
    check_has(plot->script->str, "\n 2 100\n");
    check_has(plot->script->str, "\n 4 50\nEOD\n");
    check_has(plot->script->str, "$l0 << EOD\n 1 100 90 110\n 2 180 162 198\n 4 190 171 209\n");
    check_has(plot->script->str, "set arrow from 2, graph 0 to 2, graph 1");
}

Test(figures, a_line_without_a_verdict_is_left_out_and_one_with_some_is_not)
{
    g_autoptr(GPtrArray) none = NULL;
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(SyPlot) plot = NULL;

    for (const char *const *vcpus = (const char *const[]){"1", "2", "4", NULL}; *vcpus; vcpus++) {
        add_scale("exits", *vcpus, 100, 100)->status = SY_STATUS_INCONCLUSIVE;
    }
    none = sy_scalings_of_run(run);
    cr_expect_eq(none->len, 0);
    ((SyCaseResult *)g_ptr_array_index(run->cases, 2))->status = SY_STATUS_PASS;
    all = sy_scalings_of_run(run);
    cr_assert_eq(all->len, 1);
    plot = sy_plot_scaling(g_ptr_array_index(all, 0));
    check_has(plot->script->str, "$l0 << EOD\n 4 100 90 110\nEOD\n");
    check_has(plot->script->str, "$i0 << EOD\n 4 50\n");
}

Test(figures, a_workload_that_measures_no_efficiency_does_not_scale)
{
    g_autoptr(GPtrArray) all = NULL;

    add_scale("exits", "1", 100, NAN);
    add_scale("exits", "2", 180, NAN);
    add_scale("exits", "4", 190, NAN);
    all = sy_scalings_of_run(run);
    cr_expect_eq(all->len, 0);
}

/* ------------------------------------------------------------------------------------- the page */

static void add_all(const char *text)
{
    add_start("mini-kvm", 10, 30, 45);
    add_start(text, 12, 33, 50);
    for (const char *const *load = (const char *const[]){"exits", text, NULL}; *load; load++) {
        add_scale(*load, "1", 100, 100);
        add_scale(*load, "2", 180, 90);
        add_scale(*load, "4", 190, 47);
    }
}

Test(figures, the_page_has_their_tables_with_intervals_and_counts)
{
    g_autofree char *html = NULL;

    add_all("plain");
    html = sy_html_render(run, NULL, NULL);
    check_has(html, "<h2>What it consists of</h2>");
    check_has(html, "data-l=\"run\">30.00 <span class=\"ci\">[27.00, 33.00]</span></td>");
    check_has(html, "<h2>How it scales</h2>");
    check_has(html, "data-l=\"vcpus\">4</td><td class=\"n both\" data-l=\"exits_per_s\">190.0 ");
    check_has(html, "<td class=\"n\" data-l=\"n\">3</td>");
}

Test(figures, no_text_of_the_run_is_part_of_a_script_or_of_the_markup)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(GPtrArray) parts = NULL;
        g_autoptr(GPtrArray) scalings = NULL;
        g_autoptr(SyPlot) bars = NULL;
        g_autoptr(SyPlot) lines = NULL;
        g_autofree char *html = NULL;

        clear();
        prepare();
        add_all(*text);
        parts = sy_parts_of_run(run);
        scalings = sy_scalings_of_run(run);
        bars = sy_plot_parts(g_ptr_array_index(parts, 0));
        lines = sy_plot_scaling(g_ptr_array_index(scalings, 0));
        for (const SyPlot *const *plot = (const SyPlot *const[]){bars, lines, NULL}; *plot;
             plot++) {
            const char *script = (*plot)->script->str;

            for (const char *p = script; *p; p++) {
                cr_assert(*p == '\n' || (*p >= ' ' && *p <= '~'));
            }
            cr_assert_null(strstr(script, "alert"));
            cr_assert_null(strchr(script, '`'));
        }
        html = sy_html_render(run, NULL, NULL);
        cr_assert_null(strstr(html, "<script"));
        cr_assert_null(strstr(html, "<svg onload"));
    }
}

Test(figures, without_gnuplot_the_page_says_so_and_has_the_tables)
{
    g_autoptr(GPtrArray) plots = NULL;
    g_autofree char *html = NULL;

    add_all("plain");
    g_setenv("PATH", "/nonexistent", TRUE);
    plots = sy_html_plots(run);
    cr_assert_eq(plots->len, 2);
    html = sy_html_render(run, plots, NULL);
    check_has(html, "<p class=\"dim\">no plot (package gnuplot-nox)");
    check_has(html, "data-l=\"run\">30.00 ");
}

Test(figures, are_drawn_by_gnuplot_with_their_texts_and_words_for_those_who_do_not_see_them)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    g_autoptr(GPtrArray) plots = NULL;

    if (!program) {
        cr_skip_test("no gnuplot (package gnuplot-nox)");
    }
    add_all("<b>'`&c\"");
    plots = sy_html_plots(run);
    cr_assert_eq(plots->len, 2);
    for (guint i = 0; i < plots->len; i++) {
        const char *svg = g_ptr_array_index(plots, i);

        cr_assert(g_str_has_prefix(svg, "<svg class=\"plot\""), "%s", svg);
        check_has(svg, ">&lt;b&gt;&#39;`&amp;c&quot;<");
        check_has(svg, "role=\"img\" aria-labelledby=");
        check_has(svg, "the figures are in the table below.</desc>");
        for (const char *const *no = (const char *const[]){"<script", "http:", "style='",
                                                           "=\"black\"", "Gnuplot", "Q0Q", NULL};
             *no; no++) {
            cr_assert_null(strstr(svg, *no), "%s", *no);
        }
    }
    check_has(g_ptr_array_index(plots, 0), ">45.00 [40.50, 49.50] us<");
    check_has(g_ptr_array_index(plots, 1), ">CPUs of the host<");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-figures.h"

#include "base/error.h"
#include "report/html-page.h"
#include "report/html-parts.h"
#include "report/html-pivot.h"
#include "report/html-scaling.h"
#include "report/plot-parts.h"
#include "report/plot-pivot.h"
#include "report/plot-scaling.h"

/* The plot, which it frees, as an <svg>, or why there is none. */
static char *draw(SyPlot *plot, guint number)
{
    g_autoptr(GError) error = NULL;
    char *svg;

    if (!plot) {
        return g_strdup(
            "no plot: only zeros were measured, or there are too many values for one drawing");
    }
    svg = sy_plot_draw(plot, number, &error);
    sy_plot_free(plot);
    return svg ? svg : g_strdup(error->message);
}

GPtrArray *sy_html_plots(const SyRunResult *run)
{
    GPtrArray *plots = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) pivots = sy_pivots_of_run(run);
    g_autoptr(GPtrArray) parts = sy_parts_of_run(run);
    g_autoptr(GPtrArray) scalings = sy_scalings_of_run(run);

    for (guint i = 0; i < pivots->len; i++) {
        const SyPivot *pivot = g_ptr_array_index(pivots, i);

        g_ptr_array_add(plots, pivot->headline ? draw(sy_plot_pivot(pivot), plots->len) : NULL);
    }
    for (guint i = 0; i < parts->len; i++) {
        g_ptr_array_add(plots, draw(sy_plot_parts(g_ptr_array_index(parts, i)), plots->len));
    }
    for (guint i = 0; i < scalings->len; i++) {
        g_ptr_array_add(plots, draw(sy_plot_scaling(g_ptr_array_index(scalings, i)), plots->len));
    }
    return plots;
}

void sy_html_figures(GString *out, const SyRunResult *run, const GPtrArray *plots)
{
    g_autoptr(GPtrArray) pivots = sy_pivots_of_run(run);
    g_autoptr(GPtrArray) parts = sy_parts_of_run(run);
    g_autoptr(GPtrArray) scalings = sy_scalings_of_run(run);
    guint next = 0;

    if (pivots->len) {
        g_string_append(out, "<h2>Side by side</h2>\n<p class=\"dim\">Median and, in brackets, the "
                             "range of the samples.</p>\n");
    }
    for (guint i = 0; i < pivots->len; i++, next++) {
        sy_html_pivot(out, g_ptr_array_index(pivots, i), sy_html_plot_at(plots, next));
    }
    if (parts->len) {
        g_string_append(out, "<h2>What it consists of</h2>\n<p class=\"dim\">Median and, in "
                             "brackets, its 95 % interval.</p>\n");
    }
    for (guint i = 0; i < parts->len; i++, next++) {
        sy_html_parts(out, g_ptr_array_index(parts, i), sy_html_plot_at(plots, next));
    }
    if (scalings->len) {
        g_string_append(out, "<h2>How it scales</h2>\n<p class=\"dim\">Median and, in brackets, "
                             "its 95 % interval.</p>\n");
    }
    for (guint i = 0; i < scalings->len; i++, next++) {
        sy_html_scaling(out, g_ptr_array_index(scalings, i), sy_html_plot_at(plots, next));
    }
}

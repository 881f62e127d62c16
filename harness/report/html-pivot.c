/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-pivot.h"

#include "report/html-page.h"
#include "report/markup.h"
#include "report/plot.h"

GPtrArray *sy_html_pivot_plots(const GPtrArray *pivots)
{
    GPtrArray *plots = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < pivots->len; i++) {
        const SyPivot *pivot = g_ptr_array_index(pivots, i);
        g_autoptr(GError) error = NULL;
        char *svg = pivot->headline ? sy_plot_pivot(pivot, i, &error) : NULL;

        g_ptr_array_add(plots, error ? g_strdup(error->message) : svg);
    }
    return plots;
}

static void append_plot(GString *out, const char *plot)
{
    if (!plot) {
        return;
    }
    if (g_str_has_prefix(plot, "<svg class=\"plot\"")) {
        sy_html_plot(out, plot); /* of sy_plot_finish(), which escapes */
        g_string_append(
            out, "<p class=\"dim\">Magnitudes of the medians, with the range of the "
                 "samples. A bar that ends at the edge of the scale goes on below it.</p>\n");
        return;
    }
    g_string_append(out, "<p class=\"dim\">");
    sy_markup_append(out, plot);
    g_string_append(out, "</p>\n");
}

static void append_row(GString *out, const SyPivot *pivot, const SyPivotRow *row)
{
    g_string_append(out, "<tr><td class=\"word\"");
    sy_markup_append_attribute(out, "data-l", *pivot->head ? pivot->head : NULL);
    g_string_append_c(out, '>');
    sy_html_name(out, row->label);
    g_string_append(out, "</td>");
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_autofree char *cell = sy_pivot_cell(pivot, row, k, false);

        sy_html_range_cell(out, g_ptr_array_index(pivot->columns, k), cell);
    }
    g_string_append(out, "</tr>\n");
}

static void append_pivot(GString *out, const SyPivot *pivot, const char *plot)
{
    g_autofree char *title = sy_pivot_title(pivot);

    g_string_append(out, "<h3>");
    sy_markup_append(out, title);
    g_string_append(out, "</h3>\n");
    append_plot(out, plot);
    g_string_append(out, "<table>\n<thead><tr><th class=\"word\">");
    sy_html_name(out, pivot->head);
    g_string_append(out, "</th>");
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append(out, "<th class=\"n\">");
        sy_markup_append(out, g_ptr_array_index(pivot->columns, k));
        g_string_append(out, "</th>");
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    for (guint i = 0; i < pivot->rows->len; i++) {
        append_row(out, pivot, g_ptr_array_index(pivot->rows, i));
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

void sy_html_pivots(GString *out, const GPtrArray *pivots, const GPtrArray *plots)
{
    if (pivots->len) {
        g_string_append(out, "<h2>Side by side</h2>\n<p class=\"dim\">Median and, in brackets, the "
                             "range of the samples.</p>\n");
    }
    for (guint i = 0; i < pivots->len; i++) {
        append_pivot(out, g_ptr_array_index(pivots, i),
                     plots && i < plots->len ? g_ptr_array_index(plots, i) : NULL);
    }
}

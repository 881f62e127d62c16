/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-pivot.h"

#include "report/html-page.h"
#include "report/markup.h"

static void append_row(GString *out, const SyPivot *pivot, const SyPivotRow *row)
{
    g_string_append(out, "<tr>");
    sy_html_label_cell(out, pivot->head, row->label);
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_autofree char *cell = sy_pivot_cell(pivot, row, k, false);

        sy_html_range_cell(out, g_ptr_array_index(pivot->columns, k), cell);
    }
    g_string_append(out, "</tr>\n");
}

void sy_html_pivot(GString *out, const SyPivot *pivot, const char *plot)
{
    g_autofree char *title = sy_pivot_title(pivot);

    g_string_append(out, "<h3>");
    sy_markup_append(out, title);
    g_string_append(out, "</h3>\n");
    sy_html_figure(out, plot,
                   "Magnitudes of the medians, with their 95 % intervals as thick and the range of "
                   "the samples as thin bars. A bar that ends at the edge of the scale goes on "
                   "below it.");
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-comparison.h"

#include "report/comparison.h"
#include "report/html-page.h"
#include "report/markup.h"

static void append_row(GString *out, const SyComparison *c, const SyComparisonRow *row)
{
    g_autofree char *subject = sy_comparison_value_text(c, &row->subject);
    g_autofree char *against = sy_comparison_value_text(c, &row->against);
    g_autofree char *difference = sy_comparison_difference_text(c, row);

    g_string_append(out, "<tr><td class=\"st-cell\">");
    sy_html_status(out, row->status);
    g_string_append(out, "</td><td class=\"word\">");
    sy_html_name(out, row->where);
    g_string_append(out, "</td>");
    sy_html_range_cell(out, c->subject, subject);
    g_string_append(out, "<td class=\"word\">");
    sy_markup_append(out, row->value);
    g_string_append(out, "</td>");
    sy_html_range_cell(out, row->value, against);
    sy_html_range_cell(out, "worse by", difference);
    g_string_append(out, "</tr>\n");
}

static void append_head(GString *out, const SyComparison *c)
{
    g_string_append(out, "<table>\n<thead><tr><th class=\"st-cell\">Status</th><th>Row</th>"
                         "<th class=\"n\">");
    sy_markup_append(out, c->subject);
    g_string_append(out, "</th><th>");
    sy_markup_append(out, c->param);
    g_string_append(out, "</th><th class=\"n\">");
    sy_html_name(out, c->metric);
    g_string_append(out, "</th><th class=\"n\">Worse by</th></tr></thead>\n<tbody>\n");
}

static void append_comparison(GString *out, const SyComparison *c)
{
    g_autofree char *title = sy_comparison_title_text(c);
    g_autofree char *count = sy_comparison_count_text(c);

    g_string_append(out, "<h3>");
    sy_html_status(out, c->status);
    g_string_append_c(out, ' ');
    sy_markup_append(out, title);
    g_string_append(out, "</h3>\n<p class=\"dim\">");
    sy_markup_append(out, c->reason ? c->reason : count);
    g_string_append(out, "</p>\n");
    if (c->rows->len == 0) {
        return;
    }
    append_head(out, c);
    for (guint i = 0; i < c->rows->len; i++) {
        append_row(out, c, g_ptr_array_index(c->rows, i));
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

void sy_html_comparisons(GString *out, const SyRunResult *run)
{
    if (run->comparisons->len) {
        g_string_append(out, "<h2>Comparisons</h2>\n");
    }
    for (guint i = 0; i < run->comparisons->len; i++) {
        append_comparison(out, g_ptr_array_index(run->comparisons, i));
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-parts.h"

#include "report/format.h"
#include "report/html-metric.h"
#include "report/html-page.h"
#include "report/markup.h"

static void append_head(GString *out, const SyParts *parts)
{
    g_string_append(out, "<thead><tr><th class=\"word\">");
    sy_html_name(out, parts->head);
    g_string_append(out, "</th>");
    for (guint k = 0; k < parts->names->len; k++) {
        g_string_append(out, "<th class=\"n\">");
        sy_html_name(out, g_ptr_array_index(parts->names, k));
        g_string_append(out, "</th>");
    }
    if (parts->whole) {
        g_string_append(out, "<th class=\"n\">");
        sy_html_name(out, parts->whole);
        g_string_append(out, "</th>");
    }
    g_string_append(out, "<th class=\"n\">n</th></tr></thead>\n");
}

static void append_row(GString *out, const SyParts *parts, const SyPartsRow *row)
{
    guint samples = row->whole ? row->whole->samples->len : 0;

    g_string_append(out, "<tr>");
    sy_html_label_cell(out, parts->head, row->label);
    for (guint k = 0; k < parts->names->len; k++) {
        sy_html_interval_cell(out, g_ptr_array_index(parts->names, k), row->parts[k]);
        samples = MAX(samples, row->parts[k] ? row->parts[k]->samples->len : 0);
    }
    if (parts->whole) {
        sy_html_interval_cell(out, parts->whole, row->whole);
    }
    g_string_append_printf(out, "<td class=\"n\" data-l=\"n\">%u</td></tr>\n", samples);
}

void sy_html_parts(GString *out, const SyParts *parts, const char *plot)
{
    g_autofree char *title = sy_parts_title(parts);

    g_string_append(out, "<h3>");
    sy_markup_append(out, title);
    g_string_append(out, "</h3>\n");
    sy_html_figure(out, plot,
                   "Bars are the medians of the parts, one behind the other, and in grey what no "
                   "part has; the diamond is the median of the whole, which is measured apart, "
                   "with its 95 % interval. Each panel has a scale of its own.");
    g_string_append(out, "<table>\n");
    append_head(out, parts);
    g_string_append(out, "<tbody>\n");
    for (guint i = 0; i < parts->rows->len; i++) {
        append_row(out, parts, g_ptr_array_index(parts->rows, i));
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

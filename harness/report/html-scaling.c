/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-scaling.h"

#include "report/html-metric.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "result/json-text.h"

static void append_row(GString *out, const SyScaling *scaling, const SyScalingLine *line,
                       const SyScalingPoint *point)
{
    const SyMetric *any = point->efficiency ? point->efficiency : point->rate;
    g_autofree char *x = sy_number_text(point->x);

    g_string_append(out, "<tr>");
    if (scaling->lines->len > 1) {
        g_string_append(out, "<td class=\"word\">");
        sy_html_name(out, line->label);
        g_string_append(out, "</td>");
    }
    g_string_append(out, "<td class=\"n\"");
    sy_markup_append_attribute(out, "data-l", scaling->param);
    g_string_append_printf(out, ">%s</td>", x);
    if (scaling->rate) {
        sy_html_interval_cell(out, scaling->rate->name, point->rate);
    }
    sy_html_interval_cell(out, SY_SCALING_EFFICIENCY, point->efficiency);
    g_string_append_printf(out, "<td class=\"n\" data-l=\"n\">%u</td></tr>\n",
                           any ? any->samples->len : 0);
}

void sy_html_scaling(GString *out, const SyScaling *scaling, const char *plot)
{
    g_autofree char *title = sy_scaling_title(scaling);

    g_string_append(out, "<h3>");
    sy_markup_append(out, title);
    g_string_append(out, "</h3>\n");
    sy_html_figure(out, plot,
                   "Medians with their 95 % intervals. Dashed is what would be ideal: as many "
                   "times the first rate, but no more than there are CPUs, because more cannot run "
                   "at once.");
    g_string_append(out, "<table>\n<thead><tr>");
    if (scaling->lines->len > 1) {
        g_string_append(out, "<th></th>");
    }
    g_string_append(out, "<th class=\"n\">");
    sy_html_name(out, scaling->param);
    g_string_append(out, "</th>");
    if (scaling->rate) {
        g_string_append(out, "<th class=\"n\">");
        sy_html_metric_name(out, scaling->rate);
        g_string_append(out, "</th>");
    }
    g_string_append(out, "<th class=\"n\">" SY_SCALING_EFFICIENCY ", %</th><th class=\"n\">n</th>"
                         "</tr></thead>\n<tbody>\n");
    for (guint i = 0; i < scaling->lines->len; i++) {
        const SyScalingLine *line = g_ptr_array_index(scaling->lines, i);

        for (guint k = 0; k < line->points->len; k++) {
            append_row(out, scaling, line, &g_array_index(line->points, SyScalingPoint, k));
        }
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

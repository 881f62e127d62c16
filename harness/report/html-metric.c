/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-metric.h"

#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/html-page.h"
#include "report/markup.h"

char *sy_html_metric_label(const SyMetric *metric)
{
    bool has_unit = metric->unit && *metric->unit && strcmp(metric->unit, "1") != 0;

    return g_strconcat(metric->name, has_unit ? ", " : NULL, metric->unit, NULL);
}

void sy_html_metric_name(GString *out, const SyMetric *metric)
{
    g_autofree char *label = sy_html_metric_label(metric);

    sy_markup_append(out, label);
}

void sy_html_value_cells(GString *out, const SyMetric *metric, const char *label)
{
    g_autofree char *median = sy_format_value(metric, metric->median);

    g_string_append(out, "<td class=\"n\"");
    sy_markup_append_attribute(out, "data-l", label);
    g_string_append_c(out, '>');
    sy_html_value(out, median);
    g_string_append(out, "</td><td class=\"n ci\">");
    if (!isnan(metric->ci95[0]) && !isnan(metric->ci95[1])) {
        g_autofree char *low = sy_format_value(metric, metric->ci95[0]);
        g_autofree char *high = sy_format_value(metric, metric->ci95[1]);
        g_autofree char *text = g_strdup_printf("%s to %s", low, high);

        sy_html_value(out, text);
    }
    g_string_append(out, "</td>");
}

void sy_html_interval_cell(GString *out, const char *label, const SyMetric *metric)
{
    g_autofree char *value = metric ? sy_format_interval(metric) : NULL;

    sy_html_range_cell(out, label, value);
}

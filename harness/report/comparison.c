/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include "report/format.h"

char *sy_comparison_title_text(const SyComparison *c)
{
    const char *bar = c->better == SY_BETTER_TARGET ? "|" : "";
    g_autofree char *values = c->against ? g_strjoinv(", ", c->against) : NULL;
    GString *text = g_string_new(c->label);

    g_string_append_printf(text, "%s%s%s%s of %s=%s no worse than ", c->label ? ": " : "", bar,
                           c->metric, bar, c->param, c->subject);
    if (g_strcmp0(c->metric, c->against_metric) == 0) {
        g_string_append(text, "that");
    } else {
        g_string_append_printf(text, "%s%s%s", bar, c->against_metric, bar);
    }
    g_string_append_printf(text, " of %s=%s", c->param, values ? values : "");
    return g_string_free(text, FALSE);
}

char *sy_comparison_value_text(const SyComparison *c, const SyComparisonCase *of)
{
    g_autoptr(SyMetric) metric = sy_metric_new(c->metric, c->unit, c->better);

    g_array_append_val(metric->samples, of->median); /* decides the decimals */
    metric->median = of->median;
    memcpy(metric->ci95, of->ci95, sizeof(metric->ci95));
    return sy_format_metric(metric);
}

char *sy_comparison_row_text(const SyComparison *c, const SyComparisonRow *row)
{
    g_autofree char *subject = sy_comparison_value_text(c, &row->subject);
    g_autofree char *against = sy_comparison_value_text(c, &row->against);
    const char *colon = row->where && *row->where ? ": " : "";

    if (!isfinite(row->subject.median) || !isfinite(row->against.median)) {
        return g_strconcat(row->where ? row->where : "", colon, row->reason, NULL);
    }
    return g_strdup_printf("%s%s%s against %s of %s=%s%s%s", row->where ? row->where : "", colon,
                           subject, against, c->param, row->value,
                           row->status == SY_STATUS_INCONCLUSIVE ? "; " : "",
                           row->status == SY_STATUS_INCONCLUSIVE ? row->reason : "");
}

char *sy_comparison_count_text(const SyComparison *c)
{
    return g_strdup_printf("%u of %u %s", sy_comparison_count(c, SY_STATUS_PASS), c->rows->len,
                           c->rows->len == 1 ? "row holds" : "rows hold");
}

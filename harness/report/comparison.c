/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include "report/format.h"

char *sy_comparison_title_text(const SyComparison *c)
{
    const char *bar = c->better == SY_BETTER_TARGET ? "|" : "";
    g_autofree char *values = c->against ? g_strjoinv(", ", c->against) : NULL;
    char tolerance[G_ASCII_DTOSTR_BUF_SIZE];
    GString *text = g_string_new(c->label);

    g_string_append_printf(text, "%s%s%s%s of %s=%s no worse than that of %s=%s",
                           c->label ? ": " : "", bar, c->metric, bar, c->param, c->subject,
                           c->param, values ? values : "");
    if (c->tolerance > 0) {
        g_string_append_printf(text, " by %s %s",
                               g_ascii_formatd(tolerance, sizeof(tolerance), "%.4g", c->tolerance),
                               c->unit ? c->unit : "");
    }
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

char *sy_comparison_difference_text(const SyComparison *c, const SyComparisonRow *row)
{
    char middle[G_ASCII_DTOSTR_BUF_SIZE], low[G_ASCII_DTOSTR_BUF_SIZE];
    char high[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(row->worse_by)) {
        return g_strdup("n/a");
    }
    return g_strdup_printf("%s [%s, %s]%s%s",
                           g_ascii_formatd(middle, sizeof(middle), "%.4g", row->worse_by),
                           g_ascii_formatd(low, sizeof(low), "%.4g", row->interval[0]),
                           g_ascii_formatd(high, sizeof(high), "%.4g", row->interval[1]),
                           c->unit ? " " : "", c->unit ? c->unit : "");
}

char *sy_comparison_row_text(const SyComparison *c, const SyComparisonRow *row)
{
    g_autofree char *subject = sy_comparison_value_text(c, &row->subject);
    g_autofree char *against = sy_comparison_value_text(c, &row->against);
    g_autofree char *difference = sy_comparison_difference_text(c, row);
    const char *colon = row->where && *row->where ? ": " : "";

    if (!isfinite(row->subject.median) || !isfinite(row->against.median)) {
        return g_strconcat(row->where ? row->where : "", colon, row->reason, NULL);
    }
    return g_strdup_printf("%s%s%s against %s of %s=%s, worse by %s%s%s",
                           row->where ? row->where : "", colon, subject, against, c->param,
                           row->value, difference,
                           row->status == SY_STATUS_INCONCLUSIVE ? "; " : "",
                           row->status == SY_STATUS_INCONCLUSIVE ? row->reason : "");
}

char *sy_comparison_count_text(const SyComparison *c)
{
    return g_strdup_printf("%u of %u %s", sy_comparison_count(c, SY_STATUS_PASS), c->rows->len,
                           c->rows->len == 1 ? "row holds" : "rows hold");
}

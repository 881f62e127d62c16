/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/format.h"

#include <math.h>
#include <string.h>

#include "judge/verdict.h"
#include "result/json-text.h"
#include "result/result.h"

#define DECIMALS_MAX 9

/* For four significant digits of `size`, 0 or more. */
static int decimals_for(double size)
{
    double decimals = isfinite(size) && size > 0 ? 3 - floor(log10(size)) : 0;

    return decimals > DECIMALS_MAX ? SY_FORMAT_EXPONENT : (int)fmax(decimals, 0);
}

/* The same where the size is that of a figure: 999.96 becomes 1000 when it is rounded. */
static int decimals_for_figure(double size)
{
    return decimals_for(size * 1.00005);
}

static double largest(const SyMetric *metric)
{
    double result = 0;

    for (guint i = 0; i < metric->samples->len; i++) {
        double value = fabs(g_array_index(metric->samples, double, i));

        result = isfinite(value) ? fmax(result, value) : result;
    }
    return result;
}

/* The smaller of the limits that are not 0, without its sign; 0: there is none. */
static double finest_limit(const SyGate *gate)
{
    double samples = gate->bounds_samples && isfinite(gate->limit) ? fabs(gate->limit) : 0;
    double median =
        gate->bounds_median && isfinite(gate->median_limit) ? fabs(gate->median_limit) : 0;

    return samples > 0 && median > 0 ? fmin(samples, median) : fmax(samples, median);
}

int sy_format_decimals(const SyMetric *metric)
{
    double limit = finest_limit(&metric->gate);

    return limit > 0 ? decimals_for(limit) : decimals_for_figure(largest(metric));
}

char *sy_format_number(double value, int decimals, bool sign)
{
    char format[16];
    char buffer[512]; /* %f of DBL_MAX has 309 digits */

    if (isnan(value)) {
        return g_strdup("n/a");
    }
    if (fabs(value) >= 1e15) {
        g_snprintf(format, sizeof(format), "%%%s.4g", sign ? "+" : "");
    } else if (decimals == SY_FORMAT_EXPONENT && value != 0) {
        g_snprintf(format, sizeof(format), "%%%s.3e", sign ? "+" : "");
    } else {
        g_snprintf(format, sizeof(format), "%%%s.%df", sign ? "+" : "", MAX(decimals, 0));
    }
    g_ascii_formatd(buffer, sizeof(buffer), format, value);
    /* A zero is a zero: neither "-0.000" nor "+0.000". */
    if (strspn(buffer, "+-0.") == strlen(buffer)) {
        return g_strdup(buffer + strspn(buffer, "+-"));
    }
    return g_strdup(buffer);
}

char *sy_format_short(double value, bool sign)
{
    return sy_format_number(value, decimals_for_figure(fabs(value)), sign);
}

char *sy_format_value(const SyMetric *metric, double value)
{
    return sy_format_number(value, sy_format_decimals(metric), metric->better == SY_BETTER_TARGET);
}

/* " %", or nothing without a unit. */
static void append_unit(GString *text, const SyMetric *metric)
{
    if (metric->unit && *metric->unit && strcmp(metric->unit, "1") != 0) {
        g_string_append_printf(text, " %s", metric->unit);
    }
}

char *sy_format_interval(const SyMetric *metric)
{
    g_autofree char *median = sy_format_value(metric, metric->median);
    GString *text = g_string_new(median);

    if (!isnan(metric->median) && !isnan(metric->ci95[0]) && !isnan(metric->ci95[1])) {
        g_autofree char *low = sy_format_value(metric, metric->ci95[0]);
        g_autofree char *high = sy_format_value(metric, metric->ci95[1]);

        g_string_append_printf(text, " [%s, %s]", low, high);
    }
    return g_string_free(text, FALSE);
}

char *sy_format_metric(const SyMetric *metric)
{
    g_autofree char *value = sy_format_interval(metric);
    GString *text = g_string_new(value);

    if (!isnan(metric->median)) {
        append_unit(text, metric);
    }
    return g_string_free(text, FALSE);
}

static void append_limit(GString *text, const SyMetric *metric, double limit)
{
    static const char *const relations[] = {
        [SY_BETTER_LOWER] = "<= ", [SY_BETTER_HIGHER] = ">= ", [SY_BETTER_TARGET] = "+-"};
    g_autofree char *number = sy_number_text(limit);

    g_string_append_printf(text, "%s%s", relations[metric->better], number);
    append_unit(text, metric);
}

char *sy_format_gate(const SyMetric *metric)
{
    GString *text;

    if (!sy_gate_bounds(&metric->gate)) {
        return metric->note && metric->samples->len ? g_strdup_printf("none: %s", metric->note)
                                                    : NULL;
    }
    text = g_string_new(NULL);
    if (metric->gate.bounds_samples) {
        append_limit(text, metric, metric->gate.limit);
    }
    if (metric->gate.bounds_median) {
        g_string_append_printf(text, "%smedian ", text->len ? ", " : "");
        append_limit(text, metric, metric->gate.median_limit);
    }
    return g_string_free(text, FALSE);
}

char *sy_format_outcome(const SyMetric *metric)
{
    guint breaches = sy_metric_breaches(metric);
    bool median = sy_metric_median_fails(metric);

    if (metric->verdict != SY_VERDICT_FAIL) {
        return metric->verdict == SY_VERDICT_PASS ? g_strdup("holds") : NULL;
    }
    if (breaches) {
        return g_strdup_printf("broken by %u of %u samples%s", breaches, metric->samples->len,
                               median ? " and the median" : "");
    }
    return g_strdup(median ? "broken by the median" : "broken");
}

const SyMetric *sy_format_headline(const SyCaseResult *result)
{
    const SyMetric *gated = NULL;
    const SyMetric *any = NULL;

    for (guint i = 0; i < result->metrics->len; i++) {
        const SyMetric *metric = g_ptr_array_index(result->metrics, i);

        if (metric->samples->len == 0) {
            continue;
        }
        if (metric->verdict == SY_VERDICT_FAIL) {
            return metric;
        }
        gated = !gated && sy_gate_bounds(&metric->gate) ? metric : gated;
        any = any ? any : metric;
    }
    return gated ? gated : any;
}

static int compare_counts(gconstpointer a, gconstpointer b)
{
    const SyTraceEvent *one = *(SyTraceEvent *const *)a, *two = *(SyTraceEvent *const *)b;

    return one->count != two->count ? (one->count < two->count ? 1 : -1)
                                    : g_strcmp0(one->name, two->name);
}

GPtrArray *sy_format_trace_events(const SyCaseTrace *trace)
{
    GPtrArray *sorted = g_ptr_array_new();

    for (guint i = 0; i < trace->events->len; i++) {
        g_ptr_array_add(sorted, g_ptr_array_index(trace->events, i));
    }
    g_ptr_array_sort(sorted, compare_counts);
    return sorted;
}

char *sy_format_trace(const SyCaseTrace *trace, guint most)
{
    g_autoptr(GPtrArray) sorted = sy_format_trace_events(trace);
    guint shown = most ? MIN(most, sorted->len) : sorted->len;
    GString *out = g_string_new(NULL);

    if (trace->lost) {
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " LOST, ", trace->lost);
    }
    for (guint i = 0; i < shown; i++) {
        const SyTraceEvent *event = g_ptr_array_index(sorted, i);
        const char *colon = strchr(event->name, ':');

        g_string_append_printf(out, "%s%s %" G_GUINT64_FORMAT, i ? ", " : "",
                               colon ? colon + 1 : event->name, event->count);
    }
    if (sorted->len == 0) {
        g_string_append(out, "no events");
    } else if (shown < sorted->len) {
        g_string_append_printf(out, " and %u more", sorted->len - shown);
    }
    return g_string_free(out, FALSE);
}

char *sy_format_duration(double seconds)
{
    gint64 total;

    if (!(seconds >= 0) || seconds > 1e9) {
        return g_strdup("?");
    }
    total = (gint64)(seconds + 0.5);
    if (total < 3600) {
        return g_strdup_printf("%d:%02d", (int)(total / 60), (int)(total % 60));
    }
    return g_strdup_printf("%d:%02d:%02d", (int)(total / 3600), (int)(total / 60 % 60),
                           (int)(total % 60));
}

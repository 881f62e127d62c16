/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-bar.h"

#include <math.h>

#include "report/format.h"
#include "report/markup.h"
#include "result/result.h"

/* In units of the viewBox. */
#define WIDTH 180.0
#define HEIGHT 18.0
#define EDGE 7.0 /* room for an arrow at each end */

typedef struct {
    double from, to;
} Span;

/* The limit that gives the drawing its scale: that on samples, which is the wider one if there are
 * two. */
static double outer_limit(const SyGate *gate)
{
    return gate->bounds_samples ? gate->limit : gate->median_limit;
}

/* One and a half times what the gate allows, so that the end of the band shows. */
static Span scale_of(SyBetter better, double limit)
{
    double size = fabs(limit) > 0 ? fabs(limit) : 1;

    switch (better) {
    case SY_BETTER_LOWER:
        return (Span){MIN(0, limit - size), limit + size / 2};
    case SY_BETTER_HIGHER:
        return (Span){limit - size / 2, limit + size};
    case SY_BETTER_TARGET:
        break;
    }
    return (Span){-1.5 * size, 1.5 * size};
}

/* The part of the drawing that a limit allows. */
static Span allowed(SyBetter better, double limit, const Span *scale)
{
    switch (better) {
    case SY_BETTER_LOWER:
        return (Span){scale->from, limit};
    case SY_BETTER_HIGHER:
        return (Span){limit, scale->to};
    case SY_BETTER_TARGET:
        break;
    }
    return (Span){-limit, limit};
}

static double position(const Span *scale, double value)
{
    double share = (value - scale->from) / (scale->to - scale->from);

    return EDGE + CLAMP(share, 0, 1) * (WIDTH - 2 * EDGE);
}

static void append_number(GString *out, const char *name, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(buffer, sizeof(buffer), "%.1f", value);
    g_string_append_printf(out, " %s=\"%s\"", name, buffer);
}

static void append_rect(GString *out, const char *class_name, double x, double y, double width,
                        double height)
{
    g_string_append_printf(out, "<rect class=\"%s\"", class_name);
    append_number(out, "x", x);
    append_number(out, "y", y);
    append_number(out, "width", width);
    append_number(out, "height", height);
    g_string_append(out, "/>");
}

/* What a limit allows, `inset` away from the drawing's upper and lower edge. */
static void append_band(GString *out, const char *class_name, SyBetter better, double limit,
                        const Span *scale, double inset)
{
    Span span = allowed(better, limit, scale);
    double from = position(scale, span.from);

    append_rect(out, class_name, from, inset, position(scale, span.to) - from, HEIGHT - 2 * inset);
}

static void append_arrow(GString *out, bool right)
{
    double mid = HEIGHT / 2;

    g_string_append_printf(out, "<path class=\"far\" d=\"M%d %dl%d -4v8z\"/>",
                           right ? (int)WIDTH : 0, (int)mid, right ? -6 : 6);
}

static void append_samples(GString *out, const SyMetric *metric, const Span *scale)
{
    bool left = false;
    bool right = false;

    for (guint i = 0; i < metric->samples->len; i++) {
        double value = g_array_index(metric->samples, double, i);

        if (isnan(value) || value < scale->from || value > scale->to) {
            left |= value < scale->from;
            right |= value > scale->to;
            continue;
        }
        g_string_append(out, "<circle class=\"sample\"");
        append_number(out, "cx", position(scale, value));
        append_number(out, "cy", HEIGHT / 2);
        append_number(out, "r", 2.5);
        g_string_append(out, "/>");
    }
    if (left) {
        append_arrow(out, false);
    }
    if (right) {
        append_arrow(out, true);
    }
}

static void append_label(GString *out, const SyMetric *metric)
{
    g_autofree char *value = sy_format_metric(metric);
    g_autofree char *gate = sy_format_gate(metric);
    g_autofree char *label = g_strdup_printf("%s, gate %s", value, gate);

    sy_markup_append_attribute(out, "aria-label", label);
}

void sy_html_bar(GString *out, const SyMetric *metric)
{
    const SyGate *gate = &metric->gate;
    double limit = outer_limit(gate);
    Span scale;
    double from;
    double to;

    if (!sy_gate_bounds(gate) || metric->samples->len == 0 || !isfinite(limit)) {
        return;
    }
    scale = scale_of(metric->better, limit);
    g_string_append_printf(out, "<svg class=\"bar %s\" viewBox=\"0 0 %d %d\" role=\"img\"",
                           sy_verdict_name(metric->verdict), (int)WIDTH, (int)HEIGHT);
    append_label(out, metric);
    g_string_append_c(out, '>');
    append_rect(out, "arm", EDGE, HEIGHT / 2 - 0.5, WIDTH - 2 * EDGE, 1);
    append_band(out, "band", metric->better, limit, &scale, 3);
    if (gate->bounds_samples && gate->bounds_median && isfinite(gate->median_limit)) {
        append_band(out, "core", metric->better, gate->median_limit, &scale, 5);
    }
    if (metric->better == SY_BETTER_TARGET) {
        append_rect(out, "zero", position(&scale, 0) - 0.5, 1, 1, HEIGHT - 2);
    } else {
        append_rect(out, "zero", position(&scale, limit) - 0.5, 1, 1, HEIGHT - 2);
    }
    if (!isnan(metric->ci95[0]) && !isnan(metric->ci95[1])) {
        from = position(&scale, metric->ci95[0]);
        to = position(&scale, metric->ci95[1]);
        append_rect(out, "ci", from, HEIGHT / 2 - 1.5, MAX(to - from, 0), 3);
    }
    append_samples(out, metric, &scale);
    if (!isnan(metric->median) && metric->median >= scale.from && metric->median <= scale.to) {
        append_rect(out, "median", position(&scale, metric->median) - 1, 2, 2, HEIGHT - 4);
    }
    g_string_append(out, "</svg>");
}

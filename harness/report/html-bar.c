/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-bar.h"

#include <math.h>

#include "report/figure.h"
#include "report/markup.h"

/* In units of the viewBox. */
#define WIDTH 180.0
#define HEIGHT 18.0
#define EDGE 7.0 /* room for an arrow at each end */

/* What the drawing spans, and which part of it the gate allows. */
typedef struct {
    double from, to;
    double band_from, band_to;
} Scale;

/* Half as much again as the gate allows, so that the band is seen to end. */
static Scale scale_of(const SyMetric *metric)
{
    double limit = metric->gate_limit;
    double size = fabs(limit) > 0 ? fabs(limit) : 1;

    switch (metric->better) {
    case SY_BETTER_LOWER:
        return (Scale){MIN(0, limit - size), limit + size / 2, MIN(0, limit - size), limit};
    case SY_BETTER_HIGHER:
        return (Scale){limit - size / 2, limit + size, limit, limit + size};
    case SY_BETTER_TARGET:
        break;
    }
    return (Scale){-1.5 * size, 1.5 * size, -size, size};
}

static double position(const Scale *scale, double value)
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

static void append_arrow(GString *out, bool right)
{
    double mid = HEIGHT / 2;

    g_string_append_printf(out, "<path class=\"far\" d=\"M%d %dl%d -4v8z\"/>",
                           right ? (int)WIDTH : 0, (int)mid, right ? -6 : 6);
}

static void append_samples(GString *out, const SyMetric *metric, const Scale *scale)
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
    g_autofree char *figure = sy_figure_metric(metric);
    g_autofree char *gate = sy_figure_gate(metric);
    g_autofree char *label = g_strdup_printf("%s, gate %s", figure, gate);

    sy_markup_append_attribute(out, "aria-label", label);
}

void sy_html_bar(GString *out, const SyMetric *metric)
{
    Scale scale;
    double from;
    double to;

    if (!metric->gated || metric->samples->len == 0 || !isfinite(metric->gate_limit)) {
        return;
    }
    scale = scale_of(metric);
    g_string_append_printf(out, "<svg class=\"bar %s\" viewBox=\"0 0 %d %d\" role=\"img\"",
                           sy_verdict_name(metric->verdict), (int)WIDTH, (int)HEIGHT);
    append_label(out, metric);
    g_string_append_c(out, '>');
    append_rect(out, "arm", EDGE, HEIGHT / 2 - 0.5, WIDTH - 2 * EDGE, 1);
    from = position(&scale, scale.band_from);
    to = position(&scale, scale.band_to);
    append_rect(out, "band", from, 3, to - from, HEIGHT - 6);
    if (metric->better == SY_BETTER_TARGET) {
        append_rect(out, "zero", position(&scale, 0) - 0.5, 1, 1, HEIGHT - 2);
    } else {
        append_rect(out, "zero", position(&scale, metric->gate_limit) - 0.5, 1, 1, HEIGHT - 2);
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

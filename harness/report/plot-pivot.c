/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot-pivot.h"

#include <math.h>
#include <string.h>

#include "report/gnuplot.h"

#define HEIGHT 360
#define ROWS_MAX 60
/* Rows with short labels stand side by side; others below each other, where labels are legible. */
#define ROWS_ACROSS 8
#define LABEL_ACROSS 12
/* Of a row below each other, px: what it takes, and what each of its marks takes. */
#define ROW_PX 8
#define MARK_PX 9
#define AXES_PX 100

/* Which axis has the values, and which the rows. */
typedef struct {
    char values, rows;
    bool down; /* the rows stand below each other */
} Axes;

/* A value of the table as it is drawn: its magnitude. */
typedef struct {
    double median, low, high, ci_low, ci_high;
} Mark;

/* Its magnitudes: 0 for the smaller one if the interval crosses 0. */
static void magnitudes(double from, double to, double *low, double *high)
{
    *low = from <= 0 && to >= 0 ? 0 : fmin(fabs(from), fabs(to));
    *high = fmax(fabs(from), fabs(to));
}

static bool mark_of(const SyPivot *pivot, guint row, guint column, Mark *mark)
{
    const SyMetric *metric = sy_pivot_metric(pivot, g_ptr_array_index(pivot->rows, row), column);
    double low, high;

    if (!metric) {
        return false;
    }
    sy_pivot_range(metric, &low, &high);
    mark->median = fabs(metric->median);
    magnitudes(low, high, &mark->low, &mark->high);
    if (isnan(low)) {
        mark->low = mark->high = mark->median;
    }
    mark->ci_low = mark->ci_high = mark->median;
    if (!isnan(metric->ci95[0]) && !isnan(metric->ci95[1])) {
        magnitudes(metric->ci95[0], metric->ci95[1], &mark->ci_low, &mark->ci_high);
    }
    return true;
}

/* The largest of 1, 2 and 5 times a power of ten that is no larger than `value`. */
static double round_down(double value)
{
    double decade = pow(10, floor(log10(value)));

    return value >= 5 * decade ? 5 * decade : value >= 2 * decade ? 2 * decade : decade;
}

/* Around all that is drawn; false if there is nothing but zeros. Rows side by side are for few
 * values and have whole decades. */
static bool scale_of(const SyPivot *pivot, const Axes *axes, double *floor_value, double *ceiling)
{
    double smallest = INFINITY, largest = 0;

    for (guint i = 0; i < pivot->rows->len; i++) {
        for (guint k = 0; k < pivot->columns->len; k++) {
            Mark mark;

            if (mark_of(pivot, i, k, &mark)) {
                /* A range that comes close to 0 gets a decade, not all the plot. */
                smallest =
                    mark.median > 0 ? fmin(smallest, fmax(mark.low, mark.median / 10)) : smallest;
                largest = fmax(largest, fmax(mark.median, mark.high));
            }
        }
    }
    if (largest <= 0) {
        return false;
    }
    smallest = fmax(fmin(smallest, largest), largest * 1e-9);
    *floor_value = pow(10, floor(log10(smallest)));
    *ceiling = pow(10, floor(log10(largest)) + 1);
    if (axes->down) {
        *floor_value = round_down(smallest);
        *ceiling = fmax(10 / round_down(10 / largest), 2 * *floor_value);
    }
    return true;
}

static void append_data(GString *out, const SyPivot *pivot, double floor_value)
{
    double columns = pivot->columns->len;

    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append_printf(out, "$d%u << EOD\n", k);
        for (guint i = 0; i < pivot->rows->len; i++) {
            Mark mark;

            if (mark_of(pivot, i, k, &mark)) {
                sy_plot_number(out, i + (k - (columns - 1) / 2) * 0.7 / columns);
                sy_plot_number(out, fmax(mark.median, floor_value));
                sy_plot_number(out, fmax(mark.low, floor_value));
                sy_plot_number(out, fmax(mark.high, floor_value));
                sy_plot_number(out, fmax(mark.ci_low, floor_value));
                sy_plot_number(out, fmax(mark.ci_high, floor_value));
                g_string_append_c(out, '\n');
            }
        }
        g_string_append(out, "EOD\n");
    }
}

static void append_values_axis(GString *out, const Axes *axes, double floor_value, double ceiling)
{
    g_string_append_printf(out, "set logscale %c\nset format %c '%%h'\nset %crange [", axes->values,
                           axes->values, axes->values);
    sy_plot_number(out, floor_value);
    g_string_append(out, " :");
    sy_plot_number(out, ceiling);
    g_string_append(out, " ]\n");
    if (axes->down) {
        g_string_append(out, "set rmargin 5\n"); /* for the last label */
        sy_plot_log_tics(out, axes->values, floor_value, ceiling);
    }
}

/* Labels, and between rows below each other a line. */
static void append_rows_axis(GString *out, const SyPivot *pivot, const Axes *axes,
                             char *const *labels)
{
    guint rows = pivot->rows->len;

    g_string_append_printf(out, "set %ctics scale %s (", axes->rows, axes->down ? "0" : "1");
    for (guint i = 0; i < rows; i++) {
        g_string_append_printf(out, "%s'%s' %u", i ? ", " : "", labels[i], i);
    }
    g_string_append(out, ")\n");
    if (!axes->down) {
        g_string_append_printf(out, "set xrange [-0.6:%u.6]\n", rows - 1);
        return;
    }
    g_string_append_printf(out, "set yrange [%u.5:-0.5]\n", rows - 1);
    if (rows > 1) {
        g_string_append_printf(out, "set y2range [%u.5:-0.5]\nset y2tics scale 0 (", rows - 1);
        for (guint i = 0; i + 1 < rows; i++) {
            g_string_append_printf(out, "%s'' %u.5", i ? ", " : "", i);
        }
        g_string_append(out, ")\nset grid y2tics\n");
    }
}

/* One row is a strip; others stand side by side if they are few and their labels short. */
static Axes axes_of(const SyPivot *pivot)
{
    bool down = pivot->rows->len > ROWS_ACROSS || pivot->rows->len == 1;

    for (guint i = 0; i < pivot->rows->len && pivot->rows->len > 2; i++) {
        const SyPivotRow *row = g_ptr_array_index(pivot->rows, i);

        down = down || g_utf8_strlen(row->label, -1) > LABEL_ACROSS;
    }
    return down ? (Axes){'x', 'y', true} : (Axes){'y', 'x', false};
}

/* What stands at the axis of the values. */
static char *value_label(const SyMetric *metric)
{
    bool has_unit = metric->unit && *metric->unit && strcmp(metric->unit, "1") != 0;
    const char *bar = metric->better == SY_BETTER_TARGET ? "|" : "";

    return g_strconcat(bar, metric->name, bar, has_unit ? ", " : "", has_unit ? metric->unit : "",
                       NULL);
}

/* The texts of the plot, each as its token: the axes, the rows, the columns. */
static GStrv add_texts(SyPlot *plot, const SyPivot *pivot)
{
    g_autoptr(GStrvBuilder) tokens = g_strv_builder_new();
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    g_autofree char *values = value_label(pivot->metric);

    g_ptr_array_add(texts, values);
    g_ptr_array_add(texts, pivot->head);
    for (guint i = 0; i < pivot->rows->len; i++) {
        g_ptr_array_add(texts, ((SyPivotRow *)g_ptr_array_index(pivot->rows, i))->label);
    }
    for (guint i = 0; i < pivot->columns->len; i++) {
        g_ptr_array_add(texts, g_ptr_array_index(pivot->columns, i));
    }
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *token = sy_plot_text(plot, g_ptr_array_index(texts, i));

        g_strv_builder_add(tokens, token);
    }
    return g_strv_builder_end(tokens);
}

/* The series: thin bars are the range of the samples, thick ones the interval, on which the mark
 * stands. */
static void append_series(GString *out, const SyPivot *pivot, const Axes *axes, char *const *titles)
{
    const char *at = axes->down ? "2:1" : "1:2", *separator = "plot";

    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append_printf(
            out,
            "%s $d%u using %s:3:4 with %cerrorbars pt -1 lw 1 lc rgb '%s' notitle, "
            "$d%u using %s:5:6 with %cerrorbars pt %d ps 0.8 lw 3 lc rgb '%s' title '%s'",
            separator, k, at, axes->values, sy_plot_color(k), k, at, axes->values, sy_plot_shape(k),
            sy_plot_color(k), titles[k]);
        separator = ",";
    }
    g_string_append_c(out, '\n');
}

SyPlot *sy_plot_pivot(const SyPivot *pivot)
{
    Axes axes = axes_of(pivot);
    g_autofree char *title = sy_pivot_title(pivot);
    g_auto(GStrv) tokens = NULL;
    double floor_value, ceiling;
    SyPlot *plot;

    if (pivot->rows->len == 0 || pivot->rows->len > ROWS_MAX ||
        pivot->columns->len > SY_PLOT_SERIES || !scale_of(pivot, &axes, &floor_value, &ceiling)) {
        return NULL;
    }
    plot = sy_plot_new(
        SY_PLOT_WIDTH,
        axes.down ? AXES_PX + pivot->rows->len * (ROW_PX + MARK_PX * pivot->columns->len) : HEIGHT,
        title, "Magnitudes on a logarithmic scale; the figures are in the table below.");
    tokens = add_texts(plot, pivot);
    g_string_append_printf(plot->script,
                           "set grid %ctics\n"
                           "set errorbars 0\n"
                           "set key outside top center horizontal textcolor rgb '" SY_GNUPLOT_INK
                           "'\n"
                           "set %clabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n",
                           axes.values, axes.values, tokens[0]);
    if (*pivot->head && axes.down) {
        g_string_append_printf(plot->script,
                               "set label '%s' at graph -0.012, graph 1 right offset 0, 0.8 "
                               "textcolor rgb '" SY_GNUPLOT_INK "'\n",
                               tokens[1]);
    } else if (*pivot->head) {
        g_string_append_printf(plot->script, "set xlabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n",
                               tokens[1]);
    }
    append_values_axis(plot->script, &axes, floor_value, ceiling);
    append_rows_axis(plot->script, pivot, &axes, tokens + 2);
    append_data(plot->script, pivot, floor_value);
    append_series(plot->script, pivot, &axes, tokens + 2 + pivot->rows->len);
    return plot;
}

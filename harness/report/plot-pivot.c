/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "report/gnuplot.h"
#include "report/markup.h"
#include "report/text.h"

#define WIDTH 860
#define HEIGHT 360
#define ROWS_MAX 60
#define TEXT_COLUMNS 28

/* Of middling lightness: at least 3:1 against both a white and a black ground (WCAG 2.1, graphics).
 * The shapes tell the series apart without them. */
static const struct {
    const char *color;
    int shape; /* gnuplot's point type */
} series[] = {{"#2e8b57", 7},  {"#c2642d", 5},  {"#4a7fd0", 9}, {"#b0569c", 11},
              {"#858520", 13}, {"#7a7f87", 15}, {"#2e8b57", 6}, {"#c2642d", 4}};

/*
 * The texts of a plot, in the order of their tokens: axes, rows, columns. gnuplot gets the tokens,
 * which are as long as the texts and nothing but letters and digits, so that no text of a run is
 * ever part of a script.
 */
static GPtrArray *texts_of(const SyPivot *pivot)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    const char *unit = pivot->metric->unit;
    bool has_unit = unit && *unit && strcmp(unit, "1") != 0;
    g_autofree char *y =
        g_strconcat("|", pivot->metric->name, "|", has_unit ? ", " : NULL, unit, NULL);

    g_ptr_array_add(texts, g_strdup(y));
    g_ptr_array_add(texts, g_strdup(pivot->head));
    for (guint i = 0; i < pivot->rows->len; i++) {
        const SyPivotRow *row = g_ptr_array_index(pivot->rows, i);

        g_ptr_array_add(texts, g_strdup(row->label));
    }
    for (guint i = 0; i < pivot->columns->len; i++) {
        g_ptr_array_add(texts, g_strdup(g_ptr_array_index(pivot->columns, i)));
    }
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *text = g_ptr_array_index(texts, i);
        g_autofree char *line = sy_text_line(text);

        texts->pdata[i] = sy_text_fit(g_strstrip(line), TEXT_COLUMNS);
    }
    return texts;
}

static char *token(const GPtrArray *texts, guint index)
{
    g_autofree char *head = g_strdup_printf("Q%uQ", index);
    guint width = sy_text_width(g_ptr_array_index(texts, index));
    guint pad = width > strlen(head) ? width - (guint)strlen(head) : 0;
    g_autofree char *tail = g_strnfill(pad, 'x');

    return g_strconcat(head, tail, NULL);
}

/* A value of the table as it is drawn: its magnitude. */
typedef struct {
    double median, low, high;
} Mark;

static bool mark_of(const SyPivot *pivot, guint row, guint column, Mark *mark)
{
    const SyMetric *metric = sy_pivot_metric(pivot, g_ptr_array_index(pivot->rows, row), column);
    double low, high;

    if (!metric) {
        return false;
    }
    sy_pivot_range(metric, &low, &high);
    mark->median = fabs(metric->median);
    mark->low = low <= 0 && high >= 0 ? 0 : fmin(fabs(low), fabs(high));
    mark->high = fmax(fabs(low), fabs(high));
    if (isnan(low)) {
        mark->low = mark->high = mark->median;
    }
    return true;
}

/* Whole decades around all that is drawn; false if there is nothing but zeros. */
static bool scale_of(const SyPivot *pivot, double *floor_value, double *ceiling)
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
    return true;
}

static void append_number(GString *out, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(out, ' ');
    g_string_append(out, g_ascii_formatd(buffer, sizeof(buffer), "%.9g", value));
}

static void append_data(GString *out, const SyPivot *pivot, double floor_value)
{
    double columns = pivot->columns->len;

    for (guint k = 0; k < pivot->columns->len; k++) {
        g_string_append_printf(out, "$d%u << EOD\n", k);
        for (guint i = 0; i < pivot->rows->len; i++) {
            Mark mark;

            if (mark_of(pivot, i, k, &mark)) {
                append_number(out, i + (k - (columns - 1) / 2) * 0.7 / columns);
                append_number(out, fmax(mark.median, floor_value));
                append_number(out, fmax(mark.low, floor_value));
                append_number(out, fmax(mark.high, floor_value));
                g_string_append_c(out, '\n');
            }
        }
        g_string_append(out, "EOD\n");
    }
}

static void append_axes(GString *out, const SyPivot *pivot, const GPtrArray *texts)
{
    g_autofree char *y = token(texts, 0);
    g_autofree char *x = token(texts, 1);

    g_string_append_printf(out, "set ylabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n", y);
    if (*pivot->head) {
        g_string_append_printf(out, "set xlabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n", x);
    }
    g_string_append(out, pivot->rows->len > 8 ? "set xtics rotate by -40 (" : "set xtics (");
    for (guint i = 0; i < pivot->rows->len; i++) {
        g_autofree char *tic = token(texts, 2 + i);

        g_string_append_printf(out, "%s'%s' %u", i ? ", " : "", tic, i);
    }
    g_string_append_printf(out, ")\nset xrange [-0.6:%u.%u]\n", pivot->rows->len - 1, 6);
}

char *sy_plot_script(const SyPivot *pivot)
{
    g_autoptr(GPtrArray) texts = texts_of(pivot);
    double floor_value, ceiling;
    GString *out;

    if (pivot->rows->len == 0 || pivot->rows->len > ROWS_MAX ||
        pivot->columns->len > G_N_ELEMENTS(series) || !scale_of(pivot, &floor_value, &ceiling)) {
        return NULL;
    }
    out = g_string_new(NULL);
    g_string_append_printf(out,
                           "set terminal svg size %d,%d fixed font 'sans-serif,13' noenhanced\n"
                           "set output 'plot.svg'\n"
                           "set border 3 lc rgb '" SY_GNUPLOT_INK "'\n"
                           "set tics nomirror textcolor rgb '" SY_GNUPLOT_INK "'\n"
                           "set grid ytics\n"
                           "set logscale y\n"
                           "set format y '%%h'\n"
                           "set key outside top center horizontal textcolor rgb '" SY_GNUPLOT_INK
                           "'\n"
                           "set yrange [",
                           WIDTH, HEIGHT);
    append_number(out, floor_value);
    g_string_append(out, " :");
    append_number(out, ceiling);
    g_string_append(out, " ]\n");
    append_axes(out, pivot, texts);
    append_data(out, pivot, floor_value);
    for (guint k = 0; k < pivot->columns->len; k++) {
        g_autofree char *title = token(texts, 2 + pivot->rows->len + k);

        g_string_append_printf(
            out, "%s $d%u using 1:2:3:4 with yerrorbars pt %d ps 0.9 lc rgb '%s' title '%s'",
            k ? "," : "plot", k, series[k].shape, series[k].color, title);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *sy_plot_finish(const SyPivot *pivot, const char *svg, guint number, GError **error)
{
    g_autoptr(GPtrArray) texts = texts_of(pivot);
    g_autoptr(GString) body = sy_gnuplot_body(svg, number, error);
    g_autofree char *title = sy_pivot_title(pivot);
    GString *out;

    if (!body) {
        return NULL;
    }
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *name = token(texts, i);
        g_autofree char *found = g_strconcat(">", name, "<", NULL);
        g_autoptr(GString) text = g_string_new(">");

        sy_markup_append(text, g_ptr_array_index(texts, i));
        g_string_append_c(text, '<');
        g_string_replace(body, found, text->str, 0);
    }
    out = g_string_new(NULL);
    g_string_append_printf(out, "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\"", WIDTH,
                           HEIGHT);
    sy_markup_append_attribute(out, "aria-label", title);
    g_string_append_printf(out, ">%s</svg>\n", body->str);
    return g_string_free(out, FALSE);
}

char *sy_plot_pivot(const SyPivot *pivot, guint number, GError **error)
{
    g_autofree char *script = sy_plot_script(pivot);
    static const char *const files[] = {"plot.svg", NULL};
    g_auto(GStrv) svg = NULL;

    if (!script) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_UNAVAILABLE,
            "no plot: only zeros were measured, or there are too many values for one drawing");
        return NULL;
    }
    svg = sy_gnuplot_run(script, files, error);
    return svg ? sy_plot_finish(pivot, svg[0], number, error) : NULL;
}

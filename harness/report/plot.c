/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot.h"

#include <math.h>
#include <string.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "report/markup.h"
#include "report/text.h"

#define WIDTH 860
#define HEIGHT 360
#define ROWS_MAX 60
#define TEXT_COLUMNS 28
#define SVG_BYTES_MAX (1024 * 1024)

/* Of middling lightness: at least 3:1 against both a white and a black ground (WCAG 2.1, graphics).
 * The shapes tell the series apart without them. */
static const struct {
    const char *color;
    int shape; /* gnuplot's point type */
} series[] = {{"#2e8b57", 7},  {"#c2642d", 5},  {"#4a7fd0", 9}, {"#b0569c", 11},
              {"#858520", 13}, {"#7a7f87", 15}, {"#2e8b57", 6}, {"#c2642d", 4}};

/* The colour in gnuplot's hands that becomes the page's ink. */
#define INK "#010203"

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

/* A figure of the table as it is drawn: magnitudes. */
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

    g_string_append_printf(out, "set ylabel '%s' textcolor rgb '" INK "'\n", y);
    if (*pivot->head) {
        g_string_append_printf(out, "set xlabel '%s' textcolor rgb '" INK "'\n", x);
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
                           "set border 3 lc rgb '" INK "'\n"
                           "set tics nomirror textcolor rgb '" INK "'\n"
                           "set grid ytics\n"
                           "set logscale y\n"
                           "set format y '%%h'\n"
                           "set key outside top center horizontal textcolor rgb '" INK "'\n"
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

/* Removes all from `begin` up to and with `end`, each time. */
static void cut(GString *text, const char *begin, const char *end)
{
    char *from = text->str;

    while ((from = strstr(from, begin)) != NULL) {
        char *to = strstr(from, end);
        gssize at = from - text->str;

        if (!to) {
            return;
        }
        g_string_erase(text, at, to + strlen(end) - from);
        from = text->str + at;
    }
}

/* gnuplot's colours into the page's, its ids into ones of this plot's own. */
static void adopt(GString *svg, guint number)
{
    static const char *const to_ink[] = {"rgb(  1,   2,   3)", "rgb(1,2,3)"};
    g_autofree char *point = g_strdup_printf("p%uPt", number);
    g_autofree char *part = g_strdup_printf("plot%u_", number);

    cut(svg, "<title>", "</title>");
    cut(svg, "<desc>", "</desc>");
    cut(svg, "<filter", "</filter>");
    g_string_replace(svg, "gpPt", point, 0);
    g_string_replace(svg, "gpDot", part, 0);
    g_string_replace(svg, "gnuplot_", part, 0);
    g_string_replace(svg, " color=\"black\"", "", 0);
    g_string_replace(svg, "stroke=\"black\"", "stroke=\"currentColor\"", 0);
    g_string_replace(svg, " color=\"gray\"", "", 0);
    g_string_replace(svg, " color=\"white\"", "", 0);
    g_string_replace(svg, "color='white'", "visibility='hidden'", 0); /* halos of points */
    for (gsize i = 0; i < G_N_ELEMENTS(to_ink); i++) {
        g_string_replace(svg, to_ink[i], "currentColor", 0);
    }
}

char *sy_plot_finish(const SyPivot *pivot, const char *svg, guint number, GError **error)
{
    g_autoptr(GPtrArray) texts = texts_of(pivot);
    const char *begin = strstr(svg, "<svg");
    const char *inside = begin ? strchr(begin, '>') : NULL;
    const char *end = inside ? strstr(inside, "</svg>") : NULL;
    g_autoptr(GString) body = NULL;
    g_autofree char *title = sy_pivot_title(pivot);
    GString *out;

    if (!end) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "what gnuplot wrote is no SVG");
        return NULL;
    }
    body = g_string_new_len(inside + 1, end - inside - 1);
    adopt(body, number);
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

/* Runs gnuplot in `dir` on the file `script`. */
static bool run_gnuplot(const char *dir, const char *script, GError **error)
{
    const char *const argv[] = {"gnuplot", "-d", script, NULL};
    g_autofree char *log = g_build_filename(dir, "gnuplot.log", NULL);
    g_autofree char *words = NULL, *how = NULL;
    g_autoptr(SyChild) child =
        sy_child_spawn(argv, &(SyChildOptions){.cwd = dir, .output_path = log}, error);

    if (!child) {
        g_prefix_error(error, "no plot (package gnuplot-nox): ");
        return false;
    }
    if (!sy_child_wait(child, sy_now_ns() + SY_PLOT_LIMIT_S * SY_NS_PER_S)) {
        g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "no plot: gnuplot took more than %d s",
                    SY_PLOT_LIMIT_S);
        return false;
    }
    if (!sy_child_succeeded(child)) {
        how = sy_child_describe_exit(child);
        g_file_get_contents(log, &words, NULL, NULL);
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "no plot: gnuplot: %s: %s", how,
                    words ? g_strstrip(words) : "");
        return false;
    }
    return true;
}

static char *read_plot(const char *path, GError **error)
{
    g_autofree char *svg = NULL;
    gsize length;

    if (!g_file_get_contents(path, &svg, &length, NULL) || length > SVG_BYTES_MAX ||
        !g_utf8_validate(svg, (gssize)length, NULL)) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "no plot: gnuplot left no usable SVG");
        return NULL;
    }
    return g_steal_pointer(&svg);
}

char *sy_plot_pivot(const SyPivot *pivot, guint number, GError **error)
{
    g_autofree char *script = sy_plot_script(pivot);
    g_autofree char *dir = NULL, *path = NULL, *plot = NULL, *svg = NULL, *result = NULL;

    if (!script) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no plot: nothing measured but zeros, or too much for one drawing");
        return NULL;
    }
    dir = g_dir_make_tmp("steelyard-plot-XXXXXX", NULL);
    if (!dir) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "no plot: no temporary folder can be made");
        return NULL;
    }
    path = g_build_filename(dir, "plot.gp", NULL);
    plot = g_build_filename(dir, "plot.svg", NULL);
    if (sy_fs_write_atomic(path, script, -1, error) && run_gnuplot(dir, path, error)) {
        svg = read_plot(plot, error);
    }
    result = svg ? sy_plot_finish(pivot, svg, number, error) : NULL;
    sy_fs_remove_tree(dir);
    return g_steal_pointer(&result);
}

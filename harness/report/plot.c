/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot.h"

#include <math.h>
#include <string.h>

#include "report/gnuplot.h"
#include "report/markup.h"
#include "report/text.h"

#define TEXT_COLUMNS 34
#define COLUMN_PX 7       /* of the terminal's font, at most on average */
#define DECADES_PLAIN 2e4 /* over a range larger than this only powers of ten are marked */

/* Of middling lightness: at least 3:1 against both a white and a black ground (WCAG 2.1, graphics).
 * The shapes tell the series apart without them. */
static const struct {
    const char *color;
    int shape; /* gnuplot's point type */
} series[SY_PLOT_SERIES] = {{"#2e8b57", 7},  {"#c2642d", 5},  {"#4a7fd0", 9}, {"#b0569c", 11},
                            {"#858520", 13}, {"#7a7f87", 15}, {"#3a93a3", 6}, {"#c4475f", 4}};

const char *sy_plot_color(guint k)
{
    return series[k % SY_PLOT_SERIES].color;
}

int sy_plot_shape(guint k)
{
    return series[k % SY_PLOT_SERIES].shape;
}

SyPlot *sy_plot_new(guint width, guint height, const char *title, const char *description)
{
    SyPlot *plot = g_new0(SyPlot, 1);

    plot->width = width;
    plot->height = height;
    plot->title = g_strdup(title);
    plot->description = g_strdup(description);
    plot->texts = g_ptr_array_new_with_free_func(g_free);
    plot->script = g_string_new(NULL);
    g_string_append_printf(plot->script,
                           "set terminal svg size %u,%u fixed font 'sans-serif,13' noenhanced\n"
                           "set output 'plot.svg'\n"
                           "set border 3 lc rgb '" SY_GNUPLOT_INK "'\n"
                           "set tics nomirror textcolor rgb '" SY_GNUPLOT_INK "'\n",
                           width, height);
    return plot;
}

void sy_plot_free(SyPlot *plot)
{
    if (plot) {
        g_string_free(plot->script, TRUE);
        g_ptr_array_unref(plot->texts);
        g_free(plot->title);
        g_free(plot->description);
        g_free(plot);
    }
}

static char *token(const SyPlot *plot, guint index)
{
    g_autofree char *head = g_strdup_printf("Q%uQ", index);
    guint width = sy_text_width(g_ptr_array_index(plot->texts, index));
    guint pad = width > strlen(head) ? width - (guint)strlen(head) : 0;
    g_autofree char *tail = g_strnfill(pad, 'x');

    return g_strconcat(head, tail, NULL);
}

char *sy_plot_text(SyPlot *plot, const char *text)
{
    g_autofree char *line = sy_text_line(text);

    g_ptr_array_add(plot->texts, sy_text_fit(g_strstrip(line), TEXT_COLUMNS));
    return token(plot, plot->texts->len - 1);
}

guint sy_plot_text_px(const SyPlot *plot)
{
    guint columns = 0;

    for (guint i = 0; i < plot->texts->len; i++) {
        columns = MAX(columns, sy_text_width(g_ptr_array_index(plot->texts, i)));
    }
    return columns * COLUMN_PX;
}

void sy_plot_number(GString *script, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(script, ' ');
    g_string_append(script, g_ascii_formatd(buffer, sizeof(buffer), "%.9g", value));
}

void sy_plot_log_tics(GString *script, char axis, double from, double to)
{
    static const double steps[] = {1, 2, 5};
    gsize count = to / from > DECADES_PLAIN ? 1 : G_N_ELEMENTS(steps);
    const char *separator = "";

    g_string_append_printf(script, "set %ctics nomirror (", axis);
    for (int power = (int)floor(log10(from)); pow(10, power) <= to; power++) {
        for (gsize i = 0; i < count; i++) {
            double at = pow(10, power) * steps[i];

            /* A mark at the edge is not lost to rounding. */
            if (at > from * 0.999 && at < to * 1.001) {
                g_string_append(script, separator);
                sy_plot_number(script, at);
                separator = ",";
            }
        }
    }
    g_string_append(script, ")\n");
}

/* A panel with nothing in it: what it draws is out of its range. */
void sy_plot_key_begin(GString *script)
{
    g_string_append(script,
                    "set multiplot\nset errorbars 0\n"
                    "set lmargin at screen 0.02\nset rmargin at screen 0.98\n"
                    "set bmargin at screen 0.9\nset tmargin at screen 1\n"
                    "unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n"
                    "set key at screen 0.5, screen 1 center top horizontal maxrows 1 samplen 1.2 "
                    "width -1 font ',12' "
                    "textcolor rgb '" SY_GNUPLOT_INK "'\nplot 2 notitle");
}

void sy_plot_key_end(GString *script)
{
    g_string_append(script, "\nunset key\n"
                            "set tics nomirror textcolor rgb '" SY_GNUPLOT_INK "'\n");
}

char *sy_plot_finish(const SyPlot *plot, const char *svg, guint number, GError **error)
{
    g_autoptr(GString) body = sy_gnuplot_body(svg, number, error);
    GString *out;

    if (!body) {
        return NULL;
    }
    for (guint i = 0; i < plot->texts->len; i++) {
        g_autofree char *name = token(plot, i);
        g_autofree char *found = g_strconcat(">", name, "<", NULL);
        g_autoptr(GString) text = g_string_new(">");

        sy_markup_append(text, g_ptr_array_index(plot->texts, i));
        g_string_append_c(text, '<');
        g_string_replace(body, found, text->str, 0);
    }
    out = g_string_new(NULL);
    g_string_append_printf(out,
                           "<svg class=\"plot\" viewBox=\"0 0 %u %u\" role=\"img\" "
                           "aria-labelledby=\"plot%u-title plot%u-desc\">"
                           "<title id=\"plot%u-title\">",
                           plot->width, plot->height, number, number, number);
    sy_markup_append(out, plot->title);
    g_string_append_printf(out, "</title><desc id=\"plot%u-desc\">", number);
    sy_markup_append(out, plot->description);
    g_string_append_printf(out, "</desc>%s</svg>\n", body->str);
    return g_string_free(out, FALSE);
}

char *sy_plot_draw(const SyPlot *plot, guint number, GError **error)
{
    static const char *const files[] = {"plot.svg", NULL};
    g_auto(GStrv) svg = sy_gnuplot_run(plot->script->str, files, error);

    return svg ? sy_plot_finish(plot, svg[0], number, error) : NULL;
}

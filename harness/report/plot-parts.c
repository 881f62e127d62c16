/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot-parts.h"

#include <math.h>

#include "report/format.h"
#include "report/gnuplot.h"

#define ROWS_MAX 40
/* Beside a bar so many times as long the parts of the others could not be told apart. */
#define LONGER 8
#define WHOLE_COLOR "#7a7f87"

/* px */
#define ROW 34
#define KEY 46
#define AXIS 32
#define AXIS_LABEL 26
#define VALUE 190 /* what stands behind a bar */
#define SIDE 30   /* beside a label */
#define GAP 1.0   /* between two parts */

/* Rows that share a scale: `count` of the sorted ones from `first` on. */
typedef struct {
    guint first, count;
} Panel;

static int by_total(gconstpointer a, gconstpointer b)
{
    const SyPartsRow *one = *(SyPartsRow *const *)a, *two = *(SyPartsRow *const *)b;

    return one->total < two->total ? -1 : one->total > two->total;
}

/* The rows, borrowed, the shortest first. */
static GPtrArray *sorted_rows(const SyParts *parts)
{
    GPtrArray *rows = g_ptr_array_new();

    for (guint i = 0; i < parts->rows->len; i++) {
        g_ptr_array_add(rows, g_ptr_array_index(parts->rows, i));
    }
    g_ptr_array_sort(rows, by_total); /* stable */
    return rows;
}

static GArray *panels_of(const GPtrArray *rows)
{
    GArray *panels = g_array_new(FALSE, FALSE, sizeof(Panel));
    double shortest = 0;

    for (guint i = 0; i < rows->len; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, i);

        if (i == 0 || row->total > LONGER * shortest) {
            Panel panel = {.first = i};

            g_array_append_val(panels, panel);
            shortest = row->total;
        }
        g_array_index(panels, Panel, panels->len - 1).count++;
    }
    return panels;
}

/* Where the longest bar or interval of the panel ends. */
static double end_of(const GPtrArray *rows, const Panel *panel)
{
    double end = 0;

    for (guint i = 0; i < panel->count; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);

        end = fmax(end, fmax(row->total, row->sum));
        if (row->whole && isfinite(row->whole->ci95[1])) {
            end = fmax(end, row->whole->ci95[1]);
        }
    }
    return end;
}

static void append_box(GString *out, guint row, double from, double to)
{
    sy_plot_number(out, (from + to) / 2);
    sy_plot_number(out, row);
    sy_plot_number(out, from);
    sy_plot_number(out, to);
    g_string_append(out, "\n");
}

/* True if the whole is longer than its parts, or has none. */
static bool undivided(const SyPartsRow *row)
{
    return row->total > row->sum;
}

/* $pN has part N of each row of the panel, $rest what no part has, $whole the diamonds. */
static void append_data(GString *out, const SyParts *parts, const GPtrArray *rows,
                        const Panel *panel, double gap)
{
    for (guint k = 0; k < parts->names->len; k++) {
        g_string_append_printf(out, "$p%u << EOD\n", k);
        for (guint i = 0; i < panel->count; i++) {
            const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);
            double from = 0;

            for (guint j = 0; j < k; j++) {
                from += row->parts[j] ? row->parts[j]->median : 0;
            }
            if (row->parts[k] && row->parts[k]->median > 0) {
                double to = from + row->parts[k]->median;

                append_box(out, i, from, fmax(to - gap, from + (to - from) / 2));
            }
        }
        g_string_append(out, "EOD\n");
    }
    g_string_append(out, "$rest << EOD\n");
    for (guint i = 0; i < panel->count; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);

        if (undivided(row)) {
            append_box(out, i, row->sum, row->total);
        }
    }
    g_string_append(out, "EOD\n$whole << EOD\n");
    for (guint i = 0; i < panel->count; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);

        if (row->whole) {
            bool has_ci = isfinite(row->whole->ci95[0]) && isfinite(row->whole->ci95[1]);

            sy_plot_number(out, row->whole->median);
            sy_plot_number(out, i);
            sy_plot_number(out, has_ci ? row->whole->ci95[0] : row->whole->median);
            sy_plot_number(out, has_ci ? row->whole->ci95[1] : row->whole->median);
            g_string_append(out, "\n");
        }
    }
    g_string_append(out, "EOD\n");
}

/* The value behind each bar. */
static void append_values(SyPlot *plot, const GPtrArray *rows, const Panel *panel, double per_px)
{
    for (guint i = 0; i < panel->count; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);
        g_autofree char *value =
            row->whole ? sy_format_metric(row->whole) : sy_format_short(row->sum, false);
        g_autofree char *token = sy_plot_text(plot, value);
        double end = fmax(row->total, row->sum);

        if (row->whole && isfinite(row->whole->ci95[1])) {
            end = fmax(end, row->whole->ci95[1]);
        }
        g_string_append_printf(plot->script, "set label %u '%s' at", i + 1, token);
        sy_plot_number(plot->script, end + 8 * per_px);
        g_string_append_printf(plot->script, ",%u left textcolor rgb '" SY_GNUPLOT_INK "'\n", i);
    }
}

/* What of the key some row has. */
typedef struct {
    bool undivided, whole;
} Kinds;

static Kinds kinds_of(const GPtrArray *rows)
{
    Kinds kinds = {0};

    for (guint i = 0; i < rows->len; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, i);

        kinds.undivided |= undivided(row);
        kinds.whole |= row->whole != NULL;
    }
    return kinds;
}

/* The greys are for what no part has. */
static const char *bar_color(guint k)
{
    return sy_plot_color(k < 5 ? k : k + 1);
}

/* The data of a panel. */
static void append_series(GString *out, const SyParts *parts)
{
    for (guint k = 0; k < parts->names->len; k++) {
        g_string_append_printf(out,
                               "%s $p%u using 1:2:3:4:($2-0.32):($2+0.32) with boxxyerror fs "
                               "solid noborder lc rgb '%s' notitle",
                               k ? "," : "plot", k, bar_color(k));
    }
    g_string_append(out, ", $rest using 1:2:3:4:($2-0.32):($2+0.32) with boxxyerror fs solid 0.45 "
                         "noborder lc rgb '" WHOLE_COLOR "' notitle, $whole using 1:2:3:4 with "
                         "xerrorbars pt 13 ps 0.8 lw 1.5 lc rgb '" SY_GNUPLOT_INK "' notitle");
}

static void append_key(GString *out, const SyParts *parts, const Kinds *kinds, char *const *names)
{
    for (guint k = 0; k < parts->names->len; k++) {
        g_string_append_printf(out,
                               ", keyentry with boxes fs solid noborder lc rgb '%s' title '%s'",
                               bar_color(k), names[k]);
    }
    if (kinds->undivided) {
        g_string_append(out, ", keyentry with boxes fs solid 0.45 noborder lc rgb '" WHOLE_COLOR
                             "' title 'undivided'");
    }
    if (kinds->whole) {
        g_string_append_printf(
            out, ", keyentry with points pt 13 ps 0.8 lc rgb '" SY_GNUPLOT_INK "' title '%s'",
            names[parts->names->len]);
    }
}

static void append_panel(SyPlot *plot, const SyParts *parts, const GPtrArray *rows,
                         const Panel *panel, guint top, guint left)
{
    GString *out = plot->script;
    double end = end_of(rows, panel), inside = plot->width - left - VALUE, per_px = end / inside;
    guint bottom = top + panel->count * ROW;

    g_string_append(out, "unset label\nset tmargin at screen");
    sy_plot_number(out, 1 - (double)top / plot->height);
    g_string_append(out, "\nset bmargin at screen");
    sy_plot_number(out, 1 - (double)bottom / plot->height);
    g_string_append(out, "\nset lmargin at screen");
    sy_plot_number(out, (double)left / plot->width);
    g_string_append(out, "\nset rmargin at screen");
    sy_plot_number(out, 1 - (double)VALUE / plot->width);
    g_string_append_printf(out, "\nset yrange [%u.5:-0.5]\nset xrange [0:", panel->count - 1);
    sy_plot_number(out, end);
    g_string_append(out, " ]\nset xtics nomirror\nset ytics nomirror scale 0 (");
    for (guint i = 0; i < panel->count; i++) {
        const SyPartsRow *row = g_ptr_array_index(rows, panel->first + i);
        g_autofree char *label = sy_plot_text(plot, row->label);

        g_string_append_printf(out, "%s'%s' %u", i ? ", " : "", label, i);
    }
    g_string_append(out, ")\n");
    append_values(plot, rows, panel, per_px);
    if (panel->first == 0 && *parts->head) {
        g_autofree char *head = sy_plot_text(plot, parts->head);

        g_string_append_printf(out, "set label '%s' at screen", head);
        sy_plot_number(out, (double)(left - SIDE / 4.0) / plot->width);
        g_string_append(out, ", screen");
        sy_plot_number(out, 1 - (double)(top - 6) / plot->height);
        g_string_append(out, " right textcolor rgb '" SY_GNUPLOT_INK "'\n");
    }
    append_data(out, parts, rows, panel, GAP * per_px);
}

/* The key's texts as tokens: the parts, and the whole if there is one. */
static GStrv key_of(SyPlot *plot, const SyParts *parts)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint k = 0; k < parts->names->len; k++) {
        g_autofree char *name = sy_plot_text(plot, g_ptr_array_index(parts->names, k));

        g_strv_builder_add(names, name);
    }
    if (parts->whole) {
        g_autofree char *name = sy_plot_text(plot, parts->whole);

        g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

static guint label_px(const SyParts *parts)
{
    g_autoptr(SyPlot) ruler = sy_plot_new(1, 1, "", "");

    g_free(sy_plot_text(ruler, parts->head));
    for (guint i = 0; i < parts->rows->len; i++) {
        g_free(sy_plot_text(ruler, ((SyPartsRow *)g_ptr_array_index(parts->rows, i))->label));
    }
    return sy_plot_text_px(ruler);
}

SyPlot *sy_plot_parts(const SyParts *parts)
{
    g_autofree char *title = sy_parts_title(parts);
    g_autoptr(GPtrArray) rows = sorted_rows(parts);
    g_autoptr(GArray) panels = panels_of(rows);
    Kinds kinds = kinds_of(rows);
    g_autofree char *unit = NULL;
    g_auto(GStrv) key = NULL;
    guint top = KEY, left = label_px(parts) + SIDE;
    SyPlot *plot;

    if (parts->names->len >= SY_PLOT_SERIES || rows->len == 0 || rows->len > ROWS_MAX) {
        return NULL;
    }
    plot =
        sy_plot_new(SY_PLOT_WIDTH, KEY + rows->len * ROW + panels->len * AXIS + AXIS_LABEL, title,
                    "Stacked bars of the medians of the parts, the shortest first; the figures "
                    "are in the table below.");
    key = key_of(plot, parts);
    unit = sy_plot_text(plot, parts->unit);
    sy_plot_key_begin(plot->script);
    append_key(plot->script, parts, &kinds, key);
    sy_plot_key_end(plot->script);
    g_string_append(plot->script, "set border 1 lc rgb '" SY_GNUPLOT_INK "'\nset grid xtics\n");
    for (guint i = 0; i < panels->len; i++) {
        const Panel *panel = &g_array_index(panels, Panel, i);

        append_panel(plot, parts, rows, panel, top, left);
        if (i + 1 == panels->len) {
            g_string_append_printf(plot->script,
                                   "set xlabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n", unit);
        }
        append_series(plot->script, parts);
        g_string_append_c(plot->script, '\n');
        top += panel->count * ROW + AXIS;
    }
    g_string_append(plot->script, "unset multiplot\n");
    return plot;
}

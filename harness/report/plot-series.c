/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot-series.h"

#include "report/gnuplot.h"
#include "report/plot.h"

#define HEIGHT 240
#define DAY_S 86400
#define NUMBER_FIRST 1000 /* tables on the same page count from 0 */

static gint64 seconds_of(const SySeriesPoint *point)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(point->started, utc);

    return when ? g_date_time_to_unix(when) : 0;
}

static void append_value(GString *out, gint64 seconds, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "%" G_GINT64_FORMAT " %s\n", seconds,
                           g_ascii_formatd(number, sizeof(number), "%.9g", value));
}

/* The points that count, or those that do not. False without any. */
static bool append_points(GString *out, const SySeries *series, const char *name, bool counting)
{
    bool any = false;

    g_string_append_printf(out, "$%s << EOD\n", name);
    for (guint i = 0; i < series->points->len; i++) {
        const SySeriesPoint *point = g_ptr_array_index(series->points, i);

        if (sy_series_counts(point) == counting) {
            append_value(out, seconds_of(point), point->median);
            any = true;
        }
    }
    g_string_append(out, "EOD\n");
    return any;
}

/* A line at the median of each stretch; false without change points. */
static bool append_stretches(GString *out, const SySeries *series)
{
    const SySeriesPoint *first = g_ptr_array_index(series->points, 0);
    const SySeriesPoint *last = g_ptr_array_index(series->points, series->points->len - 1);
    gint64 from = seconds_of(first);

    g_string_append(out, "$levels << EOD\n");
    for (guint i = 0; i < series->changes->len; i++) {
        const SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i);
        gint64 at = seconds_of(g_ptr_array_index(series->points, change->at));

        append_value(out, from, change->before);
        append_value(out, at, change->before);
        g_string_append_c(out, '\n');
        if (i + 1 == series->changes->len) {
            append_value(out, at, change->after);
            append_value(out, seconds_of(last), change->after);
        }
        from = at;
    }
    g_string_append(out, "EOD\n");
    return series->changes->len > 0;
}

static void append_marks(GString *out, const SySeries *series)
{
    g_string_append(out, "unset arrow\n");
    for (guint i = 0; i < series->changes->len; i++) {
        const SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i);
        gint64 at = seconds_of(g_ptr_array_index(series->points, change->at));

        g_string_append_printf(out,
                               "set arrow from %" G_GINT64_FORMAT ", graph 0 to %" G_GINT64_FORMAT
                               ", graph 1 nohead dt 2 lw 1.2 lc rgb '#c2642d'\n",
                               at, at);
    }
}

static void append_plot(GString *out, const SySeries *series, guint number)
{
    gint64 first = seconds_of(g_ptr_array_index(series->points, 0));
    gint64 last = seconds_of(g_ptr_array_index(series->points, series->points->len - 1));
    bool counted = append_points(out, series, "counted", true);
    bool others = append_points(out, series, "others", false);
    bool levels = append_stretches(out, series);
    const char *separator = "plot";

    append_marks(out, series);
    g_string_append_printf(
        out, "set xrange [%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT "]\nset output 'plot-%u.svg'\n",
        first - DAY_S, last + DAY_S, number);
    if (counted) {
        g_string_append_printf(out,
                               "%s $counted using 1:2 with points pt 7 ps 0.35 lc rgb "
                               "'#4a7fd0' notitle",
                               separator);
        separator = ",";
    }
    if (others) {
        g_string_append_printf(
            out, "%s $others using 1:2 with points pt 6 ps 0.45 lc rgb '#7a7f87' notitle",
            separator);
        separator = ",";
    }
    if (levels) {
        g_string_append_printf(out, "%s $levels using 1:2 with lines lw 2 lc rgb '#2e8b57' notitle",
                               separator);
    }
    g_string_append_c(out, '\n');
}

char *sy_plot_series_script(const GPtrArray *all)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(
        out,
        "set terminal svg size %d,%d fixed font 'sans-serif,13' noenhanced\n"
        "set border 3 lc rgb '" SY_GNUPLOT_INK "'\n"
        "set tics nomirror textcolor rgb '" SY_GNUPLOT_INK "'\n"
        "set grid ytics\n"
        "set xdata time\nset timefmt '%%s'\nset format x '%%Y-%%m-%%d'\nset xtics rotate by -20\n"
        "set format y '%%g'\nset rmargin 8\n" /* the last date leans out of the plot */
        "set offsets 0, 0, graph 0.08, graph 0.08\n",
        SY_PLOT_WIDTH, HEIGHT);
    for (guint i = 0; i < all->len; i++) {
        append_plot(out, g_ptr_array_index(all, i), i);
    }
    return g_string_free(out, FALSE);
}

GStrv sy_plot_series(const GPtrArray *all, GError **error)
{
    g_autofree char *script = sy_plot_series_script(all);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_autoptr(GStrvBuilder) plots = g_strv_builder_new();
    g_autoptr(SyPlot) frame = sy_plot_new(SY_PLOT_WIDTH, HEIGHT, "values over time",
                                          "A dot for each run, and lines at the medians between "
                                          "change points.");
    g_auto(GStrv) files = NULL, svgs = NULL;

    for (guint i = 0; i < all->len; i++) {
        g_autofree char *name = g_strdup_printf("plot-%u.svg", i);

        g_strv_builder_add(names, name);
    }
    files = g_strv_builder_end(names);
    svgs = sy_gnuplot_run(script, (const char *const *)files, error);
    for (guint i = 0; svgs && svgs[i]; i++) {
        g_autofree char *plot = sy_plot_finish(frame, svgs[i], NUMBER_FIRST + i, error);

        if (!plot) {
            return NULL;
        }
        g_strv_builder_add(plots, plot);
    }
    return svgs ? g_strv_builder_end(plots) : NULL;
}

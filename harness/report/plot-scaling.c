/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/plot-scaling.h"

#include <math.h>
#include <string.h>

#include "report/gnuplot.h"

#define HEIGHT 350
#define IDEAL_COLOR "#7a7f87"
/* From so many times the smallest value on, equal factors get equal widths. */
#define WIDE 8
#define IDEAL_STEPS 32
#define SMALLEST 1e-9 /* of a scale */

/* Which of a point's metrics a panel shows. */
typedef enum { RATE, EFFICIENCY } What;

static const SyMetric *metric_of(const SyScalingPoint *point, What what)
{
    return what == RATE ? point->rate : point->efficiency;
}

typedef struct {
    double from, to;    /* of x */
    double least, most; /* of the metric, its intervals and what is ideal */
    bool wide;
} Extent;

/* The first point at which the metric was measured, from which follows what is ideal; NULL: none,
 * or the CPUs are not known. */
static const SyScalingPoint *base_of(const SyScalingLine *line, What what)
{
    for (guint k = 0; line->cpus > 0 && k < line->points->len; k++) {
        const SyScalingPoint *point = &g_array_index(line->points, SyScalingPoint, k);

        if (metric_of(point, what) && point->x > 0) {
            return point;
        }
    }
    return NULL;
}

/* What is ideal at `x`, where no more can run at once than there are CPUs. */
static double ideal_at(const SyScalingLine *line, const SyScalingPoint *first, What what, double x)
{
    if (what == EFFICIENCY) {
        return 100 * fmin(x, line->cpus) / x;
    }
    return first->rate->median * fmin(x, fmax(line->cpus, first->x)) / first->x;
}

static double last_x(const SyScalingLine *line)
{
    return g_array_index(line->points, SyScalingPoint, line->points->len - 1).x;
}

static Extent extent_of(const SyScaling *scaling, What what)
{
    Extent e = {.from = INFINITY, .least = INFINITY};

    for (guint i = 0; i < scaling->lines->len; i++) {
        const SyScalingLine *line = g_ptr_array_index(scaling->lines, i);
        const SyScalingPoint *base = base_of(line, what);

        if (base) {
            e.most = fmax(e.most, ideal_at(line, base, what, last_x(line)));
        }
        for (guint k = 0; k < line->points->len; k++) {
            const SyScalingPoint *point = &g_array_index(line->points, SyScalingPoint, k);
            const SyMetric *metric = metric_of(point, what);

            e.from = fmin(e.from, point->x);
            e.to = fmax(e.to, point->x);
            if (metric) {
                /* fmin() and fmax() heed no NAN. */
                e.least = fmin(e.least, fmin(metric->median, metric->ci95[0]));
                e.most = fmax(e.most, fmax(metric->median, metric->ci95[1]));
            }
        }
    }
    e.wide = e.from > 0 && e.to / e.from >= WIDE;
    return e;
}

static void append_pair(GString *out, double x, double y)
{
    sy_plot_number(out, x);
    sy_plot_number(out, y);
    g_string_append_c(out, '\n');
}

static void append_ideal(GString *out, const SyScalingLine *line, guint number, What what)
{
    const SyScalingPoint *first = base_of(line, what);
    double end = last_x(line);

    g_string_append_printf(out, "$i%u << EOD\n", number);
    if (first) {
        /* Curved beyond the CPUs, and with a corner there, which is a step of its own. */
        double step = pow(end / first->x, 1.0 / IDEAL_STEPS);
        bool cornered = line->cpus <= first->x || line->cpus >= end;

        for (int i = 0; i <= IDEAL_STEPS; i++) {
            double x = i == IDEAL_STEPS ? end : first->x * pow(step, i);

            if (!cornered && x >= line->cpus) {
                append_pair(out, line->cpus, ideal_at(line, first, what, line->cpus));
                cornered = true;
            }
            append_pair(out, x, ideal_at(line, first, what, x));
        }
    }
    g_string_append(out, "EOD\n");
}

static void append_line(GString *out, const SyScalingLine *line, guint number, What what)
{
    g_string_append_printf(out, "$l%u << EOD\n", number);
    for (guint k = 0; k < line->points->len; k++) {
        const SyScalingPoint *point = &g_array_index(line->points, SyScalingPoint, k);
        const SyMetric *metric = metric_of(point, what);

        if (metric) {
            bool has_ci = isfinite(metric->ci95[0]) && isfinite(metric->ci95[1]);

            sy_plot_number(out, point->x);
            sy_plot_number(out, metric->median);
            sy_plot_number(out, has_ci ? metric->ci95[0] : metric->median);
            sy_plot_number(out, has_ci ? metric->ci95[1] : metric->median);
            g_string_append_c(out, '\n');
        }
    }
    g_string_append(out, "EOD\n");
}

/* The values of x that occur, each once. */
static void append_x_axis(GString *out, const SyScaling *scaling, const Extent *e)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_double_hash, g_double_equal);

    g_string_append(out, e->wide ? "set logscale x 2\nset xrange [" : "set xrange [");
    sy_plot_number(out, e->wide ? e->from / 1.3 : e->from - (e->to - e->from) * 0.06);
    g_string_append(out, " :");
    sy_plot_number(out, e->wide ? e->to * 1.3 : e->to + (e->to - e->from) * 0.06);
    g_string_append(out, " ]\nset xtics nomirror (");
    for (guint i = 0; i < scaling->lines->len; i++) {
        const SyScalingLine *line = g_ptr_array_index(scaling->lines, i);

        for (guint k = 0; k < line->points->len; k++) {
            SyScalingPoint *point = &g_array_index(line->points, SyScalingPoint, k);

            if (g_hash_table_add(seen, &point->x)) {
                g_string_append(out, g_hash_table_size(seen) > 1 ? "," : "");
                sy_plot_number(out, point->x);
            }
        }
    }
    g_string_append(out, ")\n");
}

/* An upright line at the CPUs of each host. */
static void append_cpus(GString *out, const SyScaling *scaling, const Extent *e)
{
    g_string_append(out, "unset arrow\n");
    for (guint i = 0; i < scaling->lines->len; i++) {
        const SyScalingLine *line = g_ptr_array_index(scaling->lines, i);

        if (line->cpus > e->from && line->cpus < e->to) {
            g_string_append_printf(out,
                                   "set arrow from %u, graph 0 to %u, graph 1 nohead dt 3 lw 1 lc "
                                   "rgb '" IDEAL_COLOR "'\n",
                                   line->cpus, line->cpus);
        }
    }
}

/* From 0; but a rate that grows as widely as x does in equal factors, too: what is ideal is then
 * straight. */
static void append_y_axis(GString *out, const Extent *e, What what)
{
    double from = 0, to = fmax(e->most, what == RATE ? SMALLEST : 100) * 1.08;

    g_string_append(out, "unset logscale y\nset ytics nomirror autofreq\n");
    if (what == RATE && e->wide && e->least > 0 && e->most / e->least >= WIDE) {
        from = e->least / 1.5;
        to = e->most * 1.5;
        g_string_append(out, "set logscale y\n");
        sy_plot_log_tics(out, 'y', from, to);
    }
    g_string_append(out, "set yrange [");
    sy_plot_number(out, from);
    g_string_append(out, " :");
    sy_plot_number(out, to);
    g_string_append(out, " ]\n");
}

/* Measured points are not joined: nothing says that what lies between them is on a line. */
static void append_data(GString *out, const SyScaling *scaling, What what)
{
    const char *separator = "plot";

    for (guint i = 0; i < scaling->lines->len; i++) {
        append_ideal(out, g_ptr_array_index(scaling->lines, i), i, what);
        append_line(out, g_ptr_array_index(scaling->lines, i), i, what);
    }
    for (guint i = 0; i < scaling->lines->len; i++) {
        g_string_append_printf(out,
                               "%s $i%u using 1:2 with lines dt 2 lw 1.3 lc rgb '%s' notitle, $l%u "
                               "using 1:2:3:4 with yerrorbars pt %d ps 0.9 lw 2 lc rgb '%s' "
                               "notitle",
                               separator, i, what == RATE ? sy_plot_color(i) : IDEAL_COLOR, i,
                               sy_plot_shape(i), sy_plot_color(i));
        separator = ",";
    }
    g_string_append_c(out, '\n');
}

/* What stands above both panels; `names` are the lines' tokens. */
static void append_key(GString *out, const SyScaling *scaling, char *const *names)
{
    for (guint i = 0; scaling->lines->len > 1 && i < scaling->lines->len; i++) {
        g_string_append_printf(out, ", keyentry with points pt %d ps 0.9 lc rgb '%s' title '%s'",
                               sy_plot_shape(i), sy_plot_color(i), names[i]);
    }
    g_string_append(out, ", keyentry with lines dt 2 lw 1.3 lc rgb '" IDEAL_COLOR
                         "' title 'ideal', keyentry with lines dt 3 lw 1 lc rgb '" IDEAL_COLOR
                         "' title 'CPUs of the host'");
}

/* One of the panels, between these parts of the width. */
static void append_panel(SyPlot *plot, const SyScaling *scaling, What what, double from, double to)
{
    const SyMetric *rate = scaling->rate;
    g_autofree char *rate_label = rate ? g_strdup_printf("%s, %s", rate->name, rate->unit) : NULL;
    g_autofree char *label =
        sy_plot_text(plot, what == RATE ? rate_label : SY_SCALING_EFFICIENCY ", %");
    Extent e = extent_of(scaling, what);

    g_string_append(plot->script, "set lmargin at screen");
    sy_plot_number(plot->script, from);
    g_string_append(plot->script, "\nset rmargin at screen");
    sy_plot_number(plot->script, to);
    g_string_append_printf(plot->script, "\nset ylabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n",
                           label);
    append_x_axis(plot->script, scaling, &e);
    append_y_axis(plot->script, &e, what);
    append_cpus(plot->script, scaling, &e);
    append_data(plot->script, scaling, what);
}

static GStrv names_of(SyPlot *plot, const SyScaling *scaling)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint i = 0; i < scaling->lines->len; i++) {
        const SyScalingLine *line = g_ptr_array_index(scaling->lines, i);
        g_autofree char *name = sy_plot_text(plot, line->label);

        g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

SyPlot *sy_plot_scaling(const SyScaling *scaling)
{
    g_autofree char *title = sy_scaling_title(scaling);
    g_autofree char *x = NULL;
    g_auto(GStrv) names = NULL;
    SyPlot *plot;

    if (scaling->lines->len > SY_PLOT_SERIES) {
        return NULL;
    }
    plot = sy_plot_new(SY_PLOT_WIDTH, HEIGHT, title,
                       "Medians with their 95 % intervals beside what would be ideal with the CPUs "
                       "of the host; the figures are in the table below.");
    x = sy_plot_text(plot, scaling->param);
    names = names_of(plot, scaling);
    sy_plot_key_begin(plot->script);
    append_key(plot->script, scaling, names);
    sy_plot_key_end(plot->script);
    g_string_append_printf(plot->script,
                           "set border 3 lc rgb '" SY_GNUPLOT_INK "'\nset grid ytics\n"
                           "set tmargin at screen 0.88\nset bmargin at screen 0.18\n"
                           "set xlabel '%s' textcolor rgb '" SY_GNUPLOT_INK "'\n",
                           x);
    if (scaling->rate) {
        append_panel(plot, scaling, RATE, 0.12, 0.5);
    }
    append_panel(plot, scaling, EFFICIENCY, scaling->rate ? 0.61 : 0.12, 0.99);
    g_string_append(plot->script, "unset multiplot\n");
    return plot;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A drawing by gnuplot, as a child process with a time limit, which becomes an SVG for a page. What
 * is drawn is decided in plot-pivot.h, plot-parts.h, plot-scaling.h and plot-series.h.
 */
#ifndef SY_REPORT_PLOT_H
#define SY_REPORT_PLOT_H

#include <glib.h>

#define SY_PLOT_WIDTH 860 /* px */
#define SY_PLOT_SERIES 8  /* so many can be told apart */

typedef struct {
    GString *script;  /* writes plot.svg */
    GPtrArray *texts; /* char*: what stands in place of the script's tokens */
    guint width, height;
    char *title, *description; /* for those who do not see it; plain text */
} SyPlot;

/* A plot whose script has only its terminal, in ink of the page's. The caller frees. */
SyPlot *sy_plot_new(guint width, guint height, const char *title, const char *description);
void sy_plot_free(SyPlot *plot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyPlot, sy_plot_free)

/*
 * A token for `text`, which the script may have between quotes: no text of a run is ever part of a
 * script. The token is as wide as the text, of which a long one loses its end. The caller frees.
 */
char *sy_plot_text(SyPlot *plot, const char *text);

/* The widest text so far, px. */
guint sy_plot_text_px(const SyPlot *plot);

/* Appends a blank and the number, in every locale alike. */
void sy_plot_number(GString *script, double value);

/* Marks a logarithmic axis ('x', 'y') at 1, 2 and 5 times the powers of ten, or over many decades
 * at these alone. */
void sy_plot_log_tics(GString *script, char axis, double from, double to);

/*
 * Begins a plot of several panels: their key, across the whole width. The caller appends its
 * entries (", keyentry ...") before sy_plot_key_end(). The panels follow; "unset multiplot" ends
 * the script.
 */
void sy_plot_key_begin(GString *script);
void sy_plot_key_end(GString *script);

/* Colour ("#2e8b57") and point type of series `k`, from 0. */
const char *sy_plot_color(guint k);
int sy_plot_shape(guint k);

/*
 * An <svg class="plot"> without scripts, styles or links, whose ink is currentColor; every text in
 * it is escaped. `number` keeps the ids of several on one page apart. Blocks until gnuplot is done.
 * SY_ERROR_UNAVAILABLE if gnuplot is not installed, SY_ERROR_TIMEOUT, SY_ERROR_PROTOCOL or
 * SY_ERROR_IO if it fails. The caller frees.
 */
char *sy_plot_draw(const SyPlot *plot, guint number, GError **error);

/* Turns gnuplot's output into what sy_plot_draw() returns. SY_ERROR_PROTOCOL if it is not an SVG.
 * Pure. */
char *sy_plot_finish(const SyPlot *plot, const char *svg, guint number, GError **error);

#endif

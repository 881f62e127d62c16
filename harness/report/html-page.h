/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of every HTML page: head, style sheet, footer; and small pieces of markup. */
#ifndef SY_REPORT_HTML_PAGE_H
#define SY_REPORT_HTML_PAGE_H

#include <glib.h>

#include "result/result.h"

/* Opens the document up to <main>; `title` is escaped. */
void sy_html_page_begin(GString *out, const char *title);

/* Closes what sy_html_page_begin() opened. */
void sy_html_page_end(GString *out);

/* The class of a status in the style sheet: "pass", "fail", "skip", "inconclusive", "error";
 * static. */
const char *sy_html_status_class(SyStatus status);

/* The status as a coloured mark and its word. */
void sy_html_status(GString *out, SyStatus status);

/*
 * A value as report/format.h writes it, with a page's typography: a true minus, +- <= >= as one
 * sign each, long whole numbers in groups of three; escaped. NULL appends nothing.
 */
void sy_html_value(GString *out, const char *value);

/* A name, or a list of names, as text that may wrap only after _ and ","; escaped. NULL appends
 * nothing. */
void sy_html_name(GString *out, const char *name);

/* An <svg class="plot"> of trusted markup, which scrolls on a narrow screen instead of shrinking
 * until it is illegible. NULL appends nothing. */
void sy_html_plot(GString *out, const char *svg);

/* Plot `number` of sy_html_plots(); NULL: there is none. Borrowed. */
const char *sy_html_plot_at(const GPtrArray *plots, guint number);

/* A plot with its caption, a sentence why there is none, or nothing for NULL. */
void sy_html_figure(GString *out, const char *plot, const char *caption);

/* The table cell that says which row it is: `label`, the values of the parameters in `head`. */
void sy_html_label_cell(GString *out, const char *head, const char *label);

/* A table cell with a value and its interval or range ("1.2 [1.1, 1.3] %", "1.2 [1.1..1.3]"), which
 * may take several lines. `label` is the column's, for narrow screens. */
void sy_html_range_cell(GString *out, const char *label, const char *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-history.h"

#include <string.h>

#include "report/format.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "report/plot-series.h"
#include "report/series.h"

#define DATE_LENGTH 10

static const char *kind_class(SyChangeKind kind)
{
    return kind == SY_CHANGE_WORSE ? "fail" : kind == SY_CHANGE_BETTER ? "pass" : "skip";
}

static const SySeriesChange *last_change(const SySeries *series)
{
    return series->changes->len
               ? &g_array_index(series->changes, SySeriesChange, series->changes->len - 1)
               : NULL;
}

/* True if it was the last point that brought a change to light. */
static bool found_last(const SySeries *series)
{
    const SySeriesChange *change = last_change(series);

    return change && change->found + 1 == series->points->len;
}

/* The series to draw, at most `limit`, changed ones first. Borrowed. */
static GPtrArray *chosen(const GPtrArray *all, guint limit)
{
    GPtrArray *some = g_ptr_array_new();

    for (int changed = 1; changed >= 0; changed--) {
        for (guint i = 0; i < all->len && some->len < limit; i++) {
            SySeries *series = g_ptr_array_index(all, i);

            if ((series->changes->len > 0) == changed) {
                g_ptr_array_add(some, series);
            }
        }
    }
    return some;
}

static guint count_changed(const GPtrArray *all, SyChangeKind kind)
{
    guint count = 0;

    for (guint i = 0; i < all->len; i++) {
        const SySeriesChange *change = last_change(g_ptr_array_index(all, i));

        count += change && change->kind == kind;
    }
    return count;
}

static void append_header(GString *out, const GPtrArray *all)
{
    guint worse = count_changed(all, SY_CHANGE_WORSE),
          better = count_changed(all, SY_CHANGE_BETTER);

    g_string_append_printf(
        out,
        "<header>\n<div class=\"brand\"><b>Steelyard</b><span>history</span></div>\n"
        "<h1>%u of %u series changed</h1>\n<ul class=\"counts\">"
        "<li class=\"fail\"><b>%u</b>recently worse</li>"
        "<li class=\"pass\"><b>%u</b>recently better</li></ul>\n</header>\n",
        worse + better + count_changed(all, SY_CHANGE_NEITHER), all->len, worse, better);
}

static void append_drawn(GString *out, const SySeries *series, const char *plot)
{
    g_autofree char *title = sy_series_title(series);

    g_string_append(out, "<h3>");
    sy_markup_append(out, series->metric);
    if (series->unit && *series->unit && strcmp(series->unit, "1") != 0) {
        g_string_append(out, ", ");
        sy_markup_append(out, series->unit);
    }
    g_string_append(out, "</h3>\n<p class=\"id dim\">");
    sy_markup_append(out, title);
    g_string_append(out, "</p>\n");
    sy_html_plot(out, plot);
    for (guint i = 0; i < series->changes->len; i++) {
        const SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, i);
        g_autofree char *text = sy_series_change_text(series, change);

        g_string_append_printf(out, "<p><span class=\"st %s\">%s</span> ", kind_class(change->kind),
                               sy_change_kind_name(change->kind));
        sy_markup_append(out, text);
        g_string_append(out, "</p>\n");
    }
}

/* `some` with their plots, or the reason why there are none. */
static void append_plots(GString *out, const GPtrArray *some)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) plots = some->len ? sy_plot_series(some, &error) : NULL;

    g_string_append(out, "<p class=\"dim\">A dot is the median of one run; "
                         "hollow dots are inconclusive and do not count. "
                         "Lines are the medians between change points. Where nothing has changed, "
                         "at most 1 % of the runs bring one.</p>\n");
    if (error) {
        g_string_append(out, "<p class=\"dim\">");
        sy_markup_append(out, error->message);
        g_string_append(out, "</p>\n");
    }
    for (guint i = 0; i < some->len; i++) {
        append_drawn(out, g_ptr_array_index(some, i), plots ? plots[i] : NULL);
    }
}

/* The worst first: changed for the worse, changed otherwise, steady; the latest change first. */
static int by_gravity(gconstpointer a, gconstpointer b)
{
    const SySeries *const *series[] = {a, b};
    const SySeriesChange *change[2];
    int rank[2];

    for (int i = 0; i < 2; i++) {
        change[i] = last_change(*series[i]);
        rank[i] = !change[i] ? 2 : change[i]->kind != SY_CHANGE_WORSE;
    }
    if (rank[0] != rank[1] || rank[0] == 2) {
        return rank[0] - rank[1];
    }
    return strcmp(
        ((SySeriesPoint *)g_ptr_array_index((*series[1])->points, change[1]->at))->started,
        ((SySeriesPoint *)g_ptr_array_index((*series[0])->points, change[0]->at))->started);
}

/* The series of `all` that have a point besides this run's, sorted. Borrowed. */
static GPtrArray *with_history(const GPtrArray *all)
{
    GPtrArray *some = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++) {
        SySeries *series = g_ptr_array_index(all, i);

        if (series->points->len > 1) {
            g_ptr_array_add(some, series);
        }
    }
    g_ptr_array_sort(some, by_gravity); /* a merge sort: equals keep the order of the cases */
    return some;
}

static void append_found(GString *out, const GPtrArray *all, const GPtrArray *found)
{
    g_autoptr(GPtrArray) some = chosen(found, SY_HTML_RUN_PLOTS);
    guint changed = 0, new = 0;

    for (guint i = 0; i < found->len; i++) {
        const SySeries *series = g_ptr_array_index(found, i);

        changed += last_change(series) != NULL;
        new += found_last(series);
    }
    g_string_append_printf(out,
                           "<p>%u of %u gated metrics changed over the runs so far, %u of them as "
                           "found in this run; the last dot is this run.</p>\n",
                           changed, found->len, new);
    append_plots(out, some);
    if (some->len < found->len) {
        g_string_append_printf(out,
                               "<p class=\"dim\">%u more are not drawn; <code>steelyard history"
                               "</code> shows them.</p>\n",
                               found->len - some->len);
    }
    if (found->len < all->len) {
        g_string_append_printf(out, "<p class=\"dim\">%u gated %s no earlier run.</p>\n",
                               all->len - found->len,
                               all->len - found->len == 1 ? "metric has" : "metrics have");
    }
}

char *sy_html_run_history(const GPtrArray *all, const char *trouble)
{
    g_autoptr(GPtrArray) found = with_history(all);
    GString *out = g_string_new("<h2>Over time</h2>\n");

    if (trouble) {
        g_string_append(out, "<p>No history: ");
        sy_markup_append(out, trouble);
        g_string_append(out, "</p>\n");
    } else if (all->len == 0) {
        g_string_append(
            out, "<p class=\"dim\">No metric with a gate was measured, so there is nothing to "
                 "follow.</p>\n");
    } else if (found->len == 0) {
        g_string_append(out,
                        "<p class=\"dim\">No earlier run in the history has these cases of the "
                        "same release and flavor, in the same host mode, on this host.</p>\n");
    } else {
        append_found(out, all, found);
    }
    return g_string_free(out, FALSE);
}

static void append_number_cell(GString *out, const char *label, char *number)
{
    g_string_append_printf(out, "<td class=\"n\" data-l=\"%s\">", label);
    sy_html_value(out, number);
    g_string_append(out, "</td>");
    g_free(number);
}

static void append_row(GString *out, const SySeries *series)
{
    const SySeriesPoint *last = g_ptr_array_index(series->points, series->points->len - 1);
    const SySeriesChange *change = last_change(series);
    bool sign = series->better == SY_BETTER_TARGET;
    g_autofree char *title = sy_series_title(series);

    g_string_append_printf(out, "<tr><td class=\"st-cell\"><span class=\"st %s\">%s</span></td>",
                           change ? kind_class(change->kind) : "skip",
                           change ? sy_change_kind_name(change->kind) : "steady");
    g_string_append(out, "<td class=\"metric\">");
    sy_markup_append(out, series->metric);
    g_string_append(out, "<br><span class=\"id dim\">");
    sy_markup_append(out, title);
    g_string_append(out, "</span></td>");
    append_number_cell(out, "runs", g_strdup_printf("%u", series->points->len));
    append_number_cell(out, "before", change ? sy_format_short(change->before, sign) : NULL);
    append_number_cell(out, "last", sy_format_short(last->median, sign));
    g_string_append(out, "<td class=\"dim\">");
    sy_markup_append(out, series->unit);
    g_string_append(out, "</td><td class=\"text\">");
    if (change) {
        g_autofree char *date = g_strndup(
            ((SySeriesPoint *)g_ptr_array_index(series->points, change->at))->started, DATE_LENGTH);

        sy_markup_append(out, date);
    }
    g_string_append(out, "</td></tr>\n");
}

char *sy_html_history(const GPtrArray *all)
{
    g_autoptr(GPtrArray) some = chosen(all, SY_HTML_HISTORY_PLOTS);
    GString *out = g_string_new(NULL);

    sy_html_page_begin(out, "Steelyard: history");
    append_header(out, all);
    g_string_append(out, "<h2>Over time</h2>\n");
    append_plots(out, some);
    if (some->len < all->len) {
        g_string_append_printf(out, "<p class=\"dim\">%u more in the table.</p>\n",
                               all->len - some->len);
    }
    g_string_append(out, "<h2>Every series</h2>\n<table>\n<thead><tr><th class=\"st-cell\">Last "
                         "change</th><th>Figure</th><th class=\"n\">Runs</th>"
                         "<th class=\"n\">Before</th><th class=\"n\">Last</th><th>Unit</th>"
                         "<th>Since</th></tr></thead>\n<tbody>\n");
    for (guint i = 0; i < all->len; i++) {
        append_row(out, g_ptr_array_index(all, i));
    }
    g_string_append(out, "</tbody>\n</table>\n");
    sy_html_page_end(out);
    return g_string_free(out, FALSE);
}

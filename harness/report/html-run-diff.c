/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/html-run-diff.h"

#include <math.h>

#include "base/exit-code.h"
#include "report/format.h"
#include "report/html-page.h"
#include "report/markup.h"
#include "report/run-diff.h"

/* In the order shown, with the class that colours them. */
static const struct {
    SyRunDiffVerdict verdict;
    const char *class_name, *heading;
} groups[] = {
    {SY_RUN_DIFF_REGRESSION, "fail", "What got worse"},
    {SY_RUN_DIFF_IMPROVEMENT, "pass", "What got better"},
    {SY_RUN_DIFF_DIFFERENT, "skip", "What differs but got neither better nor worse"},
    {SY_RUN_DIFF_UNDECIDED, "inconclusive", "What is undecided, and why"},
    {SY_RUN_DIFF_SAME, "pass", "What is the same"},
};

static void append_header(GString *out, const SyRunDiff *diff)
{
    int exit_code = sy_run_diff_exit_code(diff);
    g_autofree char *sentence = sy_run_diff_sentence(diff);

    g_string_append_printf(out,
                           "<header>\n<div class=\"brand\"><b>Steelyard</b><span>comparison</span>"
                           "</div>\n<div class=\"verdict %s\"><div><h1>%s</h1><p>",
                           sy_exit_code_html_class(exit_code), sy_exit_code_word(exit_code));
    sy_markup_append(out, sentence);
    g_string_append(out, "</p></div></div>\n<ul class=\"counts\">");
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        guint count = sy_run_diff_count(diff, groups[i].verdict);

        if (count) {
            g_string_append_printf(out, "<li class=\"%s\"><b>%u</b>%s</li>", groups[i].class_name,
                                   count, sy_run_diff_verdict_name(groups[i].verdict));
        }
    }
    g_string_append(out, "</ul>\n</header>\n");
}

static void append_run(GString *out, const char *name, const SyRunDiffRun *run)
{
    g_autofree char *text = sy_run_diff_run_text(run);

    g_string_append_printf(out, "<dt>%s</dt><dd>", name);
    sy_markup_append(out, text);
    g_string_append(out, "</dd>\n");
}

static void append_runs(GString *out, const SyRunDiff *diff)
{
    const SyRunDiffRule *rule = &diff->rule;

    g_string_append(out, "<h2>What was compared</h2>\n<dl>\n");
    append_run(out, "base", &diff->base);
    append_run(out, "new", &diff->new);
    for (guint i = 0; i < diff->notes->len; i++) {
        g_string_append(out, "<dt>note</dt><dd>");
        sy_markup_append(out, g_ptr_array_index(diff->notes, i));
        g_string_append(out, "</dd>\n");
    }
    g_string_append_printf(out,
                           "<dt>rule</dt><dd>a shift of %g %% or more counts; metrics that differ "
                           "by at most %g %% are the same; tight gates make both less; the chance "
                           "of any false alarm among %u metrics is at most %g %%; at most %g %% of "
                           "them may be undecided</dd>\n</dl>\n",
                           rule->effect_pct, rule->tolerance_pct, diff->compared, rule->level * 100,
                           rule->max_undecided_pct);
}

/* Takes ownership of `value`. */
static void append_value(GString *out, const char *label, char *value)
{
    g_string_append_printf(out, "<td class=\"n\" data-l=\"%s\">", label);
    sy_html_value(out, value);
    g_string_append(out, "</td>");
    g_free(value);
}

static char *interval_of(const SyRunDiffRow *row)
{
    g_autofree char *low = sy_format_short(row->shift.interval[0], true);
    g_autofree char *high = sy_format_short(row->shift.interval[1], true);

    return row->exact || isnan(row->shift.interval[0]) ? NULL
                                                       : g_strdup_printf("[%s, %s]", low, high);
}

/* The reason, and the minimum detectable change. The rows of a case that one build could not
 * measure give the reason once. */
static void append_evidence(GString *out, const SyRunDiffRow *row, const SyRunDiffRow *above)
{
    bool said = above && sy_run_diff_same_reason(above, row);
    g_autofree char *detectable = sy_run_diff_detectable_text(row);

    sy_markup_append(out, said ? "as above" : row->reason);
    sy_markup_append(out, row->reason && *detectable ? "; " : "");
    sy_markup_append(out, detectable);
}

static void append_row(GString *out, const SyRunDiffRow *row, const SyRunDiffRow *above,
                       const char *class_name)
{
    const SyShift *s = &row->shift;
    bool sign = row->better == SY_BETTER_TARGET;

    g_string_append_printf(out, "<tr><td class=\"st-cell\"><span class=\"st %s\">%s</span></td>",
                           class_name, sy_run_diff_verdict_name(row->verdict));
    g_string_append(out, "<td class=\"metric\">");
    sy_markup_append(out, row->metric);
    g_string_append(out, "<br><span class=\"id dim\">");
    sy_markup_append(out, row->case_id);
    g_string_append(out, "</span></td>");
    append_value(out, "base", sy_format_short(s->median_base, sign));
    append_value(out, "new", sy_format_short(s->median_new, sign));
    append_value(out, "shift", sy_format_short(s->shift, true));
    append_value(out, "99 %", interval_of(row));
    g_string_append(out, "<td class=\"dim\">");
    sy_markup_append(out, row->unit);
    g_string_append(out, "</td><td class=\"text\">");
    append_evidence(out, row, above);
    g_string_append(out, "</td></tr>\n");
}

static void append_group(GString *out, const SyRunDiff *diff, gsize group)
{
    const SyRunDiffRow *above = NULL;

    if (!sy_run_diff_count(diff, groups[group].verdict)) {
        return;
    }
    g_string_append_printf(out,
                           "<h2>%s</h2>\n<table>\n<thead><tr><th class=\"st-cell\">Verdict</th>"
                           "<th>Metric</th><th class=\"n\">Base</th><th class=\"n\">New</th>"
                           "<th class=\"n\">Shift</th><th class=\"n\">99 %%</th><th>Unit</th>"
                           "<th>Evidence</th></tr></thead>\n<tbody>\n",
                           groups[group].heading);
    for (guint i = 0; i < diff->rows->len; i++) {
        const SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        if (row->verdict == groups[group].verdict) {
            append_row(out, row, above, groups[group].class_name);
            above = row;
        }
    }
    g_string_append(out, "</tbody>\n</table>\n");
}

char *sy_html_run_diff(const SyRunDiff *diff)
{
    GString *out = g_string_new(NULL);

    sy_html_page_begin(out, "Steelyard: comparison");
    append_header(out, diff);
    append_runs(out, diff);
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        append_group(out, diff, i);
    }
    sy_html_page_end(out);
    return g_string_free(out, FALSE);
}

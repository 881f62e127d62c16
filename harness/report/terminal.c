/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/terminal.h"

#include <math.h>

#include "base/exit-code.h"
#include "judge/verdict.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/hosts.h"
#include "report/terminal-pivot.h"
#include "report/text.h"

#define COLUMNS_DEFAULT 100
#define COLUMNS_LEAST 60
#define COLUMNS_MOST 120
#define STATUS_COLUMNS 14 /* "INCONCLUSIVE" and two blanks */
#define VALUE_COLUMNS 46  /* "share_error_pct +0.013 [-0.010, +0.021] %" */

#define DIM "\033[2m"
#define RESET "\033[0m"

static const char *status_color(SyStatus status)
{
    switch (status) {
    case SY_STATUS_PASS:
        return "\033[32m";
    case SY_STATUS_FAIL:
    case SY_STATUS_ERROR:
        return "\033[1;31m";
    case SY_STATUS_INCONCLUSIVE:
        return "\033[33m";
    case SY_STATUS_SKIP:
        return "\033[36m";
    }
    return "";
}

guint sy_terminal_columns(const SyTerminalStyle *style)
{
    return CLAMP(style->width ? style->width : COLUMNS_DEFAULT, COLUMNS_LEAST, COLUMNS_MOST);
}

static void append_colored(GString *out, const char *text, const char *color, bool on)
{
    g_string_append_printf(out, "%s%s%s", on ? color : "", text, on ? RESET : "");
}

void sy_terminal_append_status(GString *out, SyStatus status, guint width, bool color)
{
    const char *word = sy_status_name(status);

    append_colored(out, word, status_color(status), color);
    g_string_append_printf(out, "%*s", (int)width - (int)sy_text_width(word), "");
}

static void append_times(GString *out, const SyProgress *progress)
{
    g_autofree char *elapsed = sy_format_duration(progress->elapsed_s);

    g_string_append_printf(out, "  elapsed %s", elapsed);
    if (isfinite(progress->left_s)) {
        g_autofree char *left = sy_format_duration(progress->left_s);

        g_string_append_printf(out, "  about %s left", left);
    }
}

static void append_repetition(GString *out, const SyProgress *progress)
{
    if (progress->repetition) {
        g_string_append_printf(out, "  rep %u/%u", progress->repetition, progress->repetitions);
    }
}

char *sy_terminal_progress_plain(const SyProgress *progress)
{
    g_autofree char *id = sy_text_line(progress->case_id);
    GString *out = g_string_new(NULL);

    g_string_printf(out, "case %u of %u  %s", progress->index, progress->total, id);
    append_repetition(out, progress);
    append_times(out, progress);
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

char *sy_terminal_progress_tty(const SyProgress *progress, const SyTerminalStyle *style)
{
    g_autofree char *id = sy_text_line(progress->case_id);
    g_autofree char *head = g_strdup_printf("case %u of %u  ", progress->index, progress->total);
    g_autoptr(GString) tail = g_string_new(NULL);
    g_autofree char *fitted = NULL;
    g_autofree char *line = NULL;
    g_autofree char *cut = NULL;
    /* One column stays free: some terminals wrap when the last one is written. */
    guint columns = (style->width ? style->width : COLUMNS_DEFAULT) - 1;
    guint used;

    append_repetition(tail, progress);
    append_times(tail, progress);
    used = sy_text_width(head) + sy_text_width(tail->str);
    /* The id is shortened first: the times are what people look for. */
    fitted = sy_text_fit(id, columns > used ? columns - used : 0);
    line = g_strconcat(head, fitted, tail->str, NULL);
    cut = sy_text_fit(line, columns);
    return g_strconcat(SY_TERMINAL_CLEAR, cut, NULL);
}

/* "share_error_pct +0.013 [-0.010, +0.021] %  (gate +-5 %)", or NULL if nothing was measured. */
static char *headline(const SyCaseResult *result, bool with_gate)
{
    const SyMetric *metric = sy_format_headline(result);
    g_autofree char *value = metric ? sy_format_metric(metric) : NULL;
    g_autofree char *gate = metric && with_gate ? sy_format_gate(metric) : NULL;
    g_autofree char *text = NULL;

    if (!metric) {
        return NULL;
    }
    text = g_strconcat(metric->name ? metric->name : "", " ", value, gate ? ", gate " : "", gate,
                       NULL);
    return sy_text_line(text);
}

static void append_indented(GString *out, const char *text, guint columns, const char *color,
                            bool on)
{
    g_autofree char *line = sy_text_line(text);
    g_autoptr(GString) wrapped = g_string_new(NULL);

    g_strchomp(line);
    if (*line == '\0') {
        return;
    }
    sy_text_append_wrapped(wrapped, line, STATUS_COLUMNS, columns);
    g_string_append_printf(out, "%*s", STATUS_COLUMNS, "");
    append_colored(out, wrapped->str, color, on);
    g_string_append_c(out, '\n');
}

static void append_trace(GString *out, const SyCaseTrace *trace, guint columns, bool color)
{
    g_autofree char *events = sy_format_trace(trace, 0);
    g_autofree char *text = g_strconcat("trace: ", events, NULL);

    append_indented(out, text, columns, DIM, color);
}

char *sy_terminal_case(const SyCaseResult *result, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);
    bool one_line =
        style->id_width && STATUS_COLUMNS + style->id_width + 2 + VALUE_COLUMNS <= columns;
    g_autofree char *id = sy_text_line(result->id);
    g_autofree char *value = headline(result, !one_line);
    GString *out = g_string_new(NULL);

    sy_terminal_append_status(out, result->status, STATUS_COLUMNS, style->color);
    if (value && one_line) {
        sy_text_append_padded(out, id, style->id_width + 2);
        append_colored(out, value, DIM, style->color);
        g_string_append_c(out, '\n');
    } else {
        g_string_append_printf(out, "%s\n", id);
        if (value) {
            append_indented(out, value, columns, DIM, style->color);
        }
    }
    if (result->status != SY_STATUS_PASS && result->reason) {
        append_indented(out, result->reason, columns, "", false);
    } else if (result->discarded->len > 0) {
        const SyDiscarded *first = g_ptr_array_index(result->discarded, 0);
        g_autofree char *text = g_strdup_printf("%u more not counted: %s", result->discarded->len,
                                                first->reason ? first->reason : "");

        append_indented(out, text, columns, DIM, style->color);
    }
    if (result->trace && !style->brief) {
        append_trace(out, result->trace, columns, style->color);
    }
    return g_string_free(out, FALSE);
}

static void append_counts(GString *out, const SyRunResult *run, bool color)
{
    g_autofree char *duration = sy_format_duration(run->duration_s);
    guint missing = sy_run_missing(run);

    g_string_append_printf(out, "%u %s in %s", run->cases->len,
                           run->cases->len == 1 ? "case" : "cases", duration);
    for (int status = 0; status < SY_STATUS_COUNT; status++) {
        guint count = sy_run_result_count(run, (SyStatus)status);

        if (count) {
            g_string_append_printf(out, "   %u ", count);
            append_colored(out, sy_status_name((SyStatus)status), status_color((SyStatus)status),
                           color);
        }
    }
    if (missing) {
        g_string_append_printf(out, "   %u not run", missing);
    }
    g_string_append_c(out, '\n');
}

static void append_hosts(GString *out, const SyRunResult *run, guint columns)
{
    g_auto(GStrv) lines = sy_hosts_lines(run);

    for (guint i = 0; lines[i]; i++) {
        g_autofree char *line = sy_text_line(lines[i]);

        sy_text_append_wrapped(out, g_strchomp(line), 2, columns);
        g_string_append_c(out, '\n');
    }
}

static void append_open_cases(GString *out, const SyRunResult *run, SyStatus status,
                              const SyTerminalStyle *style)
{
    /* The reasons have the values; two lines a case read best here. */
    SyTerminalStyle stacked = {.width = style->width, .color = style->color, .brief = true};

    for (guint i = 0; i < run->cases->len; i++) {
        const SyCaseResult *result = g_ptr_array_index(run->cases, i);

        if (result->status == status) {
            g_autofree char *text = sy_terminal_case(result, &stacked);

            g_string_append(out, text);
        }
    }
}

/* Each comparison, and below it the rows that failed. */
static void append_comparisons(GString *out, const SyRunResult *run, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);

    for (guint i = 0; i < run->comparisons->len; i++) {
        const SyComparison *c = g_ptr_array_index(run->comparisons, i);
        g_autofree char *title = sy_comparison_title_text(c);
        g_autofree char *count = sy_comparison_count_text(c);
        g_autofree char *text = g_strconcat(title, "; ", c->rows->len ? count : c->reason, NULL);
        g_autofree char *line = sy_text_line(text);

        sy_terminal_append_status(out, c->status, STATUS_COLUMNS, style->color);
        sy_text_append_wrapped(out, line, STATUS_COLUMNS, columns);
        g_string_append_c(out, '\n');
        for (guint k = 0; k < c->rows->len; k++) {
            const SyComparisonRow *row = g_ptr_array_index(c->rows, k);
            g_autofree char *values = sy_comparison_row_text(c, row);
            g_autofree char *whole = g_strconcat(sy_status_name(row->status), " ", values, NULL);

            if (row->status != SY_STATUS_PASS) {
                append_indented(out, whole, columns, "", false);
            }
        }
    }
}

static void append_pivots(GString *out, const SyRunResult *run, guint columns)
{
    g_autoptr(GPtrArray) pivots = sy_pivots_of_run(run);

    for (guint i = 0; i < pivots->len; i++) {
        g_string_append_c(out, '\n');
        sy_terminal_append_pivot(out, g_ptr_array_index(pivots, i), columns);
    }
}

static SyStatus color_of_exit(int exit_code)
{
    switch (exit_code) {
    case SY_EXIT_PASS:
        return SY_STATUS_PASS;
    case SY_EXIT_INCONCLUSIVE:
        return SY_STATUS_INCONCLUSIVE;
    default:
        return SY_STATUS_FAIL;
    }
}

char *sy_terminal_summary(const SyRunResult *run, const char *report, const SyTerminalStyle *style)
{
    static const SyStatus order[] = {SY_STATUS_FAIL, SY_STATUS_ERROR, SY_STATUS_INCONCLUSIVE,
                                     SY_STATUS_SKIP};
    int exit_code = sy_run_exit_code(run);
    g_autofree char *sentence = sy_run_verdict_sentence(run);
    g_autofree char *word = g_ascii_strup(sy_exit_code_word(exit_code), -1);
    guint columns = sy_terminal_columns(style);
    GString *out = g_string_new("\n");

    append_counts(out, run, style->color);
    append_hosts(out, run, columns);
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        if (sy_run_result_count(run, order[i])) {
            g_string_append_c(out, '\n');
            append_open_cases(out, run, order[i], style);
        }
    }
    append_pivots(out, run, columns);
    if (run->comparisons->len) {
        g_string_append_c(out, '\n');
        append_comparisons(out, run, style);
    }
    g_string_append_c(out, '\n');
    append_colored(out, word, status_color(color_of_exit(exit_code)), style->color);
    g_string_append(out, ": ");
    sy_text_append_wrapped(out, sentence, (guint)sy_text_width(word) + 2, columns);
    g_string_append_c(out, '\n');
    if (report) {
        g_autofree char *path = sy_text_line(report);

        g_string_append_printf(out, "Report: %s\n", path);
    }
    return g_string_free(out, FALSE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/run-diff.h"

#include <math.h>
#include <string.h>

#include "base/exit-code.h"
#include "report/format.h"
#include "report/text.h"
#include "result/json-text.h"

#define VERDICT_COLUMNS 14
#define HASH_SHOWN 12

static const struct {
    const char *word;
    SyStatus colour; /* the status whose colour it takes */
    const char *one, *many;
} words[] = {
    [SY_RUN_DIFF_SAME] = {"SAME", SY_STATUS_PASS, "is the same", "are the same"},
    [SY_RUN_DIFF_REGRESSION] = {"REGRESSION", SY_STATUS_FAIL, "got worse", "got worse"},
    [SY_RUN_DIFF_IMPROVEMENT] = {"IMPROVEMENT", SY_STATUS_PASS, "got better", "got better"},
    [SY_RUN_DIFF_DIFFERENT] = {"DIFFERENT", SY_STATUS_SKIP,
                               "differs but got neither better nor worse",
                               "differ but got neither better nor worse"},
    [SY_RUN_DIFF_UNDECIDED] = {"UNDECIDED", SY_STATUS_INCONCLUSIVE, "is undecided",
                               "are undecided"},
};

/* What matters most comes first. */
static const SyRunDiffVerdict order[] = {SY_RUN_DIFF_REGRESSION, SY_RUN_DIFF_IMPROVEMENT,
                                         SY_RUN_DIFF_DIFFERENT, SY_RUN_DIFF_UNDECIDED,
                                         SY_RUN_DIFF_SAME};

char *sy_run_diff_run_text(const SyRunDiffRun *run)
{
    const SyBuildInfo *b = run->build;
    GString *out = g_string_new(NULL);

    if (b) {
        g_string_append_printf(out, "%s:%s (%s", b->flavor ? b->flavor : "QEMU",
                               b->release ? b->release : "?",
                               b->upstream ? b->upstream : "upstream version unknown");
        if (b->mods_sha256) {
            g_string_append_printf(out, ", mods %.*s", HASH_SHOWN, b->mods_sha256);
        }
        if (b->commit) {
            g_string_append_printf(out, ", commit %.*s", HASH_SHOWN, b->commit);
        }
        if (b->commit && b->ref && !g_str_has_prefix(b->commit, b->ref)) {
            g_string_append_printf(out, " = %s", b->ref);
        }
        g_string_append(out, "), ");
    }
    g_string_append_printf(out, "run %s%s", run->id ? run->id : "(unnamed)",
                           run->faulty ? ", with injected faults" : "");
    return g_string_free(out, FALSE);
}

static void append_unit(GString *out, const SyRunDiffRow *row)
{
    if (row->unit && *row->unit && strcmp(row->unit, "1") != 0) {
        g_string_append_printf(out, " %s", row->unit);
    }
}

char *sy_run_diff_values_text(const SyRunDiffRow *row)
{
    const SyShift *s = &row->shift;
    bool sign = row->better == SY_BETTER_TARGET;
    g_autofree char *base = sy_format_short(s->median_base, sign);
    g_autofree char *new_value = sy_format_short(s->median_new, sign);
    g_autofree char *shift = sy_format_short(s->shift, true);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s -> %s", base, new_value);
    append_unit(out, row);
    if (isnan(s->shift)) {
        return g_string_free(out, FALSE);
    }
    g_string_append_printf(out, ": shift %s", shift);
    if (row->exact) {
        g_autofree char *all = sy_number_text(s->shift);

        g_string_append_printf(out, " (%s exactly)", all);
    } else {
        g_autofree char *low = sy_format_short(s->interval[0], true);
        g_autofree char *high = sy_format_short(s->interval[1], true);
        char p[G_ASCII_DTOSTR_BUF_SIZE];

        g_string_append_printf(out, " [%s, %s], p %s", low, high,
                               g_ascii_formatd(p, sizeof(p), "%.2g", row->p));
    }
    return g_string_free(out, FALSE);
}

char *sy_run_diff_detectable_text(const SyRunDiffRow *row)
{
    GString *out = g_string_new(NULL);

    if (row->exact) {
        g_string_append(out, "exact");
    } else if (isinf(row->detectable)) {
        g_string_append(out, "minimum detectable change: none");
    } else if (!isnan(row->detectable)) {
        g_autofree char *text = sy_format_short(row->detectable, false);

        g_string_append_printf(out, "minimum detectable change %s", text);
        append_unit(out, row);
    }
    return g_string_free(out, FALSE);
}

/* Appends why too many metrics are undecided: " (2 because of new alone; more than 20 %)". */
static void append_too_undecided(GString *out, const SyRunDiff *diff)
{
    guint lost = sy_run_diff_count_lost(diff);
    /* No share is more than all; but a comparison that decided nothing has no verdict. */
    bool many = sy_run_diff_too_undecided(diff) && diff->rule.max_undecided_pct < 100;

    if (lost) {
        g_string_append_printf(out, " (%u because of new alone%s", lost, many ? "; " : ")");
    }
    if (many) {
        g_string_append_printf(out, "%smore than %g %%)", lost ? "" : " (",
                               diff->rule.max_undecided_pct);
    }
}

char *sy_run_diff_sentence(const SyRunDiff *diff)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        guint count = sy_run_diff_count(diff, order[i]);
        const char *what = count == 1 ? words[order[i]].one : words[order[i]].many;

        if (count && out->len == 0) {
            g_string_append_printf(out, "%u of %u %s %s", count, diff->rows->len,
                                   diff->rows->len == 1 ? "metric" : "metrics", what);
        } else if (count) {
            g_string_append_printf(out, "; %u %s", count, what);
        }
        if (count && order[i] == SY_RUN_DIFF_UNDECIDED) {
            append_too_undecided(out, diff);
        }
    }
    g_string_append(out, out->len ? "." : "Nothing could be compared.");
    return g_string_free(out, FALSE);
}

static void append_line(GString *out, const char *text, guint indent, guint columns)
{
    g_autofree char *line = sy_text_line(text);

    sy_text_append_wrapped(out, line, indent, columns);
    g_string_append_c(out, '\n');
}

static void append_verdict(GString *out, SyRunDiffVerdict verdict, bool color)
{
    g_autoptr(GString) status = g_string_new(NULL);

    /* A status lends its colour, not its word. */
    sy_terminal_append_status(status, words[verdict].colour,
                              (guint)strlen(sy_status_name(words[verdict].colour)), color);
    g_string_replace(status, sy_status_name(words[verdict].colour), words[verdict].word, 1);
    g_string_append_printf(out, "%s%*s", status->str,
                           VERDICT_COLUMNS - (int)strlen(words[verdict].word), "");
}

static void append_row(GString *out, const SyRunDiffRow *row, guint columns, bool color)
{
    g_autofree char *head = g_strdup_printf("%s  %s", row->metric, row->case_id);
    g_autofree char *values = sy_run_diff_values_text(row);
    g_autofree char *detectable = sy_run_diff_detectable_text(row);
    g_autofree char *body = g_strconcat(values, *detectable && !row->exact ? "; " : "",
                                        row->exact ? "" : detectable, NULL);

    append_verdict(out, row->verdict, color);
    append_line(out, head, VERDICT_COLUMNS, columns);
    g_string_append_printf(out, "%*s", VERDICT_COLUMNS, "");
    append_line(out, body, VERDICT_COLUMNS, columns);
    if (row->reason) {
        g_string_append_printf(out, "%*s", VERDICT_COLUMNS, "");
        append_line(out, row->reason, VERDICT_COLUMNS, columns);
    }
}

bool sy_run_diff_same_reason(const SyRunDiffRow *above, const SyRunDiffRow *row)
{
    return above->unmeasured && row->unmeasured && strcmp(above->case_id, row->case_id) == 0;
}

/* Appends one entry for the row `first` and those after it that belong to the same case, which one
 * build could not measure: there are no values to show. Returns how many rows that are. */
static guint append_unmeasured(GString *out, const SyRunDiff *diff, guint first, guint columns,
                               bool color)
{
    const SyRunDiffRow *row = g_ptr_array_index(diff->rows, first);
    g_autoptr(GString) head = g_string_new(NULL);
    guint count = 1;

    g_string_printf(head, "%s: %s", row->case_id, row->metric);
    for (; first + count < diff->rows->len; count++) {
        const SyRunDiffRow *next = g_ptr_array_index(diff->rows, first + count);

        if (!sy_run_diff_same_reason(row, next)) {
            break;
        }
        g_string_append_printf(head, ", %s", next->metric);
    }
    append_verdict(out, row->verdict, color);
    append_line(out, head->str, VERDICT_COLUMNS, columns);
    g_string_append_printf(out, "%*s", VERDICT_COLUMNS, "");
    append_line(out, row->reason, VERDICT_COLUMNS, columns);
    return count;
}

/* The rows of one verdict. */
static void append_rows(GString *out, const SyRunDiff *diff, SyRunDiffVerdict verdict,
                        guint columns, bool color)
{
    for (guint i = 0, count; i < diff->rows->len; i += count) {
        const SyRunDiffRow *row = g_ptr_array_index(diff->rows, i);

        count = 1;
        if (row->verdict == verdict && row->unmeasured) {
            count = append_unmeasured(out, diff, i, columns, color);
        } else if (row->verdict == verdict) {
            append_row(out, row, columns, color);
        }
    }
}

static void append_head(GString *out, const SyRunDiff *diff, guint columns)
{
    g_autofree char *base = sy_run_diff_run_text(&diff->base);
    g_autofree char *new_run = sy_run_diff_run_text(&diff->new);

    g_string_append(out, "base  ");
    append_line(out, base, 6, columns);
    g_string_append(out, "new   ");
    append_line(out, new_run, 6, columns);
    for (guint i = 0; i < diff->notes->len; i++) {
        g_string_append(out, "note  ");
        append_line(out, g_ptr_array_index(diff->notes, i), 6, columns);
    }
}

char *sy_run_diff_text(const SyRunDiff *diff, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);
    int exit_code = sy_run_diff_exit_code(diff);
    g_autofree char *word = g_ascii_strup(sy_exit_code_word(exit_code), -1);
    g_autofree char *sentence = sy_run_diff_sentence(diff);
    GString *out = g_string_new(NULL);
    bool any = sy_run_diff_count(diff, SY_RUN_DIFF_SAME) < diff->rows->len;

    append_head(out, diff, columns);
    g_string_append(out, any ? "\n" : "");
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        if (order[i] != SY_RUN_DIFF_SAME) {
            append_rows(out, diff, order[i], columns, style->color);
        }
    }
    g_string_append_printf(out, "\n%s: ", word);
    append_line(out, sentence, (guint)strlen(word) + 2, columns);
    return g_string_free(out, FALSE);
}

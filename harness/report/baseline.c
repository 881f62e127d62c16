/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/baseline.h"

#include <math.h>
#include <string.h>

#include "judge/verdict.h"
#include "report/text.h"
#include "result/json-text.h"

#define HEAD_COLUMNS 10
#define HASH_SHOWN 12

static char *run_text(const SyRunResult *run)
{
    const SyBuildInfo *b = run->build;
    GString *out = g_string_new(run->id ? run->id : "unnamed run");

    if (b) {
        g_string_append_printf(out, ": %s:%s (%s, mods %.*s)", b->flavor ? b->flavor : "QEMU",
                               b->release ? b->release : "?", b->upstream ? b->upstream : "?",
                               HASH_SHOWN, b->mods_sha256 ? b->mods_sha256 : "unknown");
    }
    if (sy_run_result_faulty(run)) {
        g_string_append(out, ", with injected faults");
    }
    return g_string_free(out, FALSE);
}

/* All digits; "n/a": not measured. */
static char *number(double value, bool sign)
{
    g_autofree char *text = isnan(value) ? g_strdup("n/a") : sy_number_text(value);

    return g_strconcat(sign && value > 0 ? "+" : "", text, NULL);
}

static char *size_text(const SyBaselineDifference *d)
{
    double pct = sy_baseline_change_pct(d);
    g_autofree char *change = number(d->now - d->was, true);
    g_autofree char *size = number(pct, true);

    if (isnan(pct)) {
        return g_strdup("");
    }
    return isinf(pct) ? g_strdup_printf(": %s (of 0)", change)
                      : g_strdup_printf(": %s (%s %%)", change, size);
}

static char *change_text(const SyBaselineDifference *d)
{
    bool united = d->unit && *d->unit && strcmp(d->unit, "1") != 0;

    if (isnan(d->was) && isnan(d->now)) {
        return g_strdup_printf("%s -> %s", d->text_was ? d->text_was : "none",
                               d->text_now ? d->text_now : "none");
    }
    {
        g_autofree char *was = number(d->was, false);
        g_autofree char *now = number(d->now, false);
        g_autofree char *size = size_text(d);

        return g_strdup_printf("%s -> %s%s%s%s", was, now, united ? " " : "", united ? d->unit : "",
                               size);
    }
}

static char *name_of(const SyBaselineDifference *d)
{
    return d->repetition ? g_strdup_printf("%s [%u]  %s", d->metric, d->repetition, d->case_id)
                         : g_strdup_printf("%s  %s", d->metric, d->case_id);
}

char *sy_baseline_difference_text(const SyBaselineDifference *difference)
{
    g_autofree char *name = name_of(difference);
    g_autofree char *change = change_text(difference);

    return g_strdup_printf("%s: %s", name, change);
}

static void append_line(GString *out, const char *head, const char *text, guint columns)
{
    g_autofree char *line = sy_text_line(text);

    sy_text_append_padded(out, head, HEAD_COLUMNS);
    sy_text_append_wrapped(out, line, HEAD_COLUMNS, columns);
    g_string_append_c(out, '\n');
}

static void append_differences(GString *out, const SyBaselineCheck *check, guint columns)
{
    for (guint i = 0; i < check->differences->len; i++) {
        const SyBaselineDifference *d = g_ptr_array_index(check->differences, i);
        g_autofree char *name = name_of(d);
        g_autofree char *change = change_text(d);

        append_line(out, "DIFFERS", name, columns);
        append_line(out, "", change, columns);
    }
}

static char *count_text(const SyBaselineCheck *check)
{
    if (check->differences->len == 0) {
        return g_strdup_printf("all %u values of %u %s are exactly equal", check->values,
                               check->cases, check->cases == 1 ? "case" : "cases");
    }
    return g_strdup_printf("%u %s of %u values in %u %s", check->differences->len,
                           check->differences->len == 1 ? "difference" : "differences",
                           check->values, check->cases, check->cases == 1 ? "case" : "cases");
}

/* With another key the differences need not be the build's, so they are only counted. */
static void append_due(GString *out, const SyBaselineCheck *check, const char *record,
                       guint columns)
{
    g_autofree char *count = count_text(check);
    g_autofree char *besides = g_strconcat("besides, ", count, NULL);
    GString *names = g_string_new(NULL);

    for (guint i = 0; i < check->changes->len; i++) {
        const char *change = g_ptr_array_index(check->changes, i);

        append_line(out, "CHANGED", change, columns);
        g_string_append_printf(names, "%s%.*s", i ? ", " : "", (int)strcspn(change, ":"), change);
    }
    append_line(out, "", besides, columns);
    g_string_append_printf(out,
                           "\na new baseline is due: %s changed, so a difference need not come"
                           " from the build. Record it with\n    %s\n",
                           names->str, record);
    g_string_free(names, TRUE);
}

char *sy_baseline_text(const SyBaselineCheck *check, const SyRunResult *baseline,
                       const SyRunResult *run, const char *path, const char *record,
                       const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);
    g_autofree char *was = run_text(baseline);
    g_autofree char *now = run_text(run);
    g_autofree char *file = g_strdup_printf("%s, %s", path, was);
    g_autofree char *count = count_text(check);
    GString *out = g_string_new(NULL);

    append_line(out, "baseline", file, columns);
    append_line(out, "run", now, columns);
    if (check->changes->len > 0) {
        append_due(out, check, record, columns);
        return g_string_free(out, FALSE);
    }
    append_line(out, "key", run->lab->baseline_key, columns);
    append_differences(out, check, columns);
    g_string_append_c(out, '\n');
    sy_terminal_append_status(out, check->differences->len ? SY_STATUS_FAIL : SY_STATUS_PASS, 4,
                              style->color);
    g_string_append_printf(out, ": %s.\n", count);
    if (check->differences->len > 0 && !sy_run_result_faulty(run)) {
        g_string_append_printf(
            out, "If the change is intended, record it as the new baseline with\n    %s\n", record);
    }
    return g_string_free(out, FALSE);
}

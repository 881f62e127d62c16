/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/baseline.h"

#include "report/text.h"

#define HEAD_COLUMNS 10
#define HASH_SHOWN 12

static char *build_text(const SyBaseline *baseline)
{
    const SyBuildInfo *b = baseline->build;

    return g_strdup_printf("%s:%s (%s, mods %.*s), %s", b->flavor ? b->flavor : "QEMU",
                           b->release ? b->release : "?", b->upstream ? b->upstream : "?",
                           HASH_SHOWN, b->mods_sha256 ? b->mods_sha256 : "unknown",
                           baseline->compiler);
}

char *sy_baseline_difference_text(const SyBaselineDifference *d)
{
    gint64 change;

    if (d->change == SY_FUNCTION_NEW) {
        return g_strdup_printf("%s: new, %u instructions", d->now->name, d->now->instructions);
    }
    if (d->change == SY_FUNCTION_GONE) {
        return g_strdup_printf("%s: gone, had %u instructions", d->was->name, d->was->instructions);
    }
    change = (gint64)d->now->instructions - d->was->instructions;
    if (change == 0) {
        return g_strdup_printf("%s: %u instructions as before, but other ones", d->now->name,
                               d->now->instructions);
    }
    return g_strdup_printf("%s: %u -> %u instructions (%+" G_GINT64_FORMAT ")", d->now->name,
                           d->was->instructions, d->now->instructions, change);
}

static void append_line(GString *out, const char *head, const char *text, guint columns)
{
    g_autofree char *line = sy_text_line(text);

    sy_text_append_padded(out, head, HEAD_COLUMNS);
    sy_text_append_wrapped(out, line, HEAD_COLUMNS, columns);
    g_string_append_c(out, '\n');
}

static char *count_text(const SyBaselineCheck *check)
{
    return check->differences->len == 0
               ? g_strdup_printf("all %u functions of the mods are equal", check->functions)
               : g_strdup_printf("%u of %u functions of the mods %s", check->differences->len,
                                 check->functions,
                                 check->differences->len == 1 ? "differs" : "differ");
}

/* The differences need not be the mods' then, so they are only counted. */
static void append_due(GString *out, const SyBaselineCheck *check, const char *count,
                       const char *record, guint columns)
{
    g_autofree char *besides = g_strconcat("besides, ", count, NULL);

    for (guint i = 0; i < check->reasons->len; i++) {
        append_line(out, "CHANGED", g_ptr_array_index(check->reasons, i), columns);
    }
    append_line(out, "", besides, columns);
    g_string_append_printf(out,
                           "\na new baseline is due: with another QEMU or compiler a difference "
                           "need not come from the mods. Record it with\n    %s\n",
                           record);
}

char *sy_baseline_text(const SyBaselineCheck *check, const SyBaseline *was, const SyBaseline *now,
                       const char *path, const char *record, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style);
    g_autofree char *before = build_text(was), *after = build_text(now);
    g_autofree char *file = g_strdup_printf("%s: %s", path, before);
    g_autofree char *count = count_text(check);
    GString *out = g_string_new(NULL);

    append_line(out, "baseline", file, columns);
    append_line(out, "build", after, columns);
    if (check->reasons->len > 0) {
        append_due(out, check, count, record, columns);
        return g_string_free(out, FALSE);
    }
    for (guint i = 0; i < check->differences->len; i++) {
        g_autofree char *text =
            sy_baseline_difference_text(g_ptr_array_index(check->differences, i));

        append_line(out, "DIFFERS", text, columns);
    }
    g_string_append_c(out, '\n');
    sy_terminal_append_status(out, check->differences->len ? SY_STATUS_FAIL : SY_STATUS_PASS, 4,
                              style->color);
    g_string_append_printf(out, ": %s.\n", count);
    if (check->differences->len > 0) {
        g_string_append_printf(
            out, "If the change is intended, record it as the new baseline with\n    %s\n", record);
    }
    return g_string_free(out, FALSE);
}

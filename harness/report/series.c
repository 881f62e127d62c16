/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/series.h"

#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/text.h"
#include "result/json-fields.h"
#include "result/json-text.h"

#define DATE_LENGTH 10 /* of "2026-11-20T16:08:00Z" */
#define HASH_SHOWN 12
#define PLACE_SHOWN 8
#define INDENT 4

char *sy_series_title(const SySeries *series)
{
    bool anywhere = !series->host || !*series->host;

    return g_strdup_printf("%s (%s%s%s%s%.*s)", series->case_id, series->build,
                           *series->build ? ", " : "", series->host_mode, anywhere ? "" : " on ",
                           PLACE_SHOWN, anywhere ? "" : series->host);
}

static void append_unit(GString *out, const SySeries *series)
{
    if (series->unit && *series->unit && strcmp(series->unit, "1") != 0) {
        g_string_append_printf(out, " %s", series->unit);
    }
}

/* Two digits, because more of such a chance mean nothing. The caller frees. */
static char *p_text(double p)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    return g_strdup(g_ascii_formatd(text, sizeof(text), "%.2g", p));
}

char *sy_series_change_text(const SySeries *series, const SySeriesChange *change)
{
    const SySeriesPoint *point = g_ptr_array_index(series->points, change->at);
    const SySeriesPoint *found = g_ptr_array_index(series->points, change->found);
    const SySeriesPoint *former = g_ptr_array_index(series->points, MAX(change->at, 1) - 1);
    bool sign = series->better == SY_BETTER_TARGET;
    g_autofree char *before = sy_format_short(change->before, sign);
    g_autofree char *after = sy_format_short(change->after, sign);
    g_autofree char *p = p_text(change->p);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "%s: %s -> %s", point->run, before, after);
    append_unit(out, series);
    if (change->kind != SY_CHANGE_NEITHER) {
        g_string_append_printf(out, ", %s", sy_change_kind_name(change->kind));
    }
    g_string_append_printf(out, " (found in %s, p %s", found->run, p);
    if (g_strcmp0(point->mods_sha256, former->mods_sha256) != 0 && point->mods_sha256 &&
        former->mods_sha256) {
        g_string_append_printf(out, "; mods %.*s -> %.*s", HASH_SHOWN, former->mods_sha256,
                               HASH_SHOWN, point->mods_sha256);
    }
    g_string_append_c(out, ')');
    return g_string_free(out, FALSE);
}

/* "365 runs 2025-11-20 .. 2026-11-19, the last +0.012 %; 3 of them inconclusive" */
static char *extent(const SySeries *series)
{
    const SySeriesPoint *first = g_ptr_array_index(series->points, 0);
    const SySeriesPoint *last = g_ptr_array_index(series->points, series->points->len - 1);
    g_autofree char *value = sy_format_short(last->median, series->better == SY_BETTER_TARGET);
    GString *out = g_string_new(NULL);
    guint doubtful = 0;

    for (guint i = 0; i < series->points->len; i++) {
        doubtful += !sy_series_counts(g_ptr_array_index(series->points, i));
    }
    g_string_append_printf(out, "%u %s %.*s", series->points->len,
                           series->points->len == 1 ? "run," : "runs", DATE_LENGTH, first->started);
    if (series->points->len > 1) {
        g_string_append_printf(out, " .. %.*s", DATE_LENGTH, last->started);
    }
    g_string_append_printf(out, ", the last %s", value);
    append_unit(out, series);
    if (doubtful) {
        g_string_append_printf(out, "; %u not counted: the host decided", doubtful);
    }
    return g_string_free(out, FALSE);
}

static void append_line(GString *out, const char *text, guint indent, guint columns)
{
    g_autofree char *line = sy_text_line(text);

    g_string_append_printf(out, "%*s", (int)indent, "");
    sy_text_append_wrapped(out, line, indent, columns);
    g_string_append_c(out, '\n');
}

char *sy_series_text(const GPtrArray *all, const SyTerminalStyle *style)
{
    guint columns = sy_terminal_columns(style), changed = 0;
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < all->len; i++) {
        const SySeries *series = g_ptr_array_index(all, i);
        g_autofree char *title = sy_series_title(series);
        g_autofree char *head = g_strconcat(series->metric, "  ", title, NULL);
        g_autofree char *body = extent(series);

        append_line(out, head, 0, columns);
        append_line(out, body, INDENT, columns);
        for (guint k = 0; k < series->changes->len; k++) {
            g_autofree char *text =
                sy_series_change_text(series, &g_array_index(series->changes, SySeriesChange, k));
            g_autofree char *line = g_strconcat("* ", text, NULL);

            append_line(out, line, INDENT, columns);
        }
        changed += series->changes->len > 0;
    }
    g_string_append_printf(out, "%u of %u series changed\n", changed, all->len);
    return g_string_free(out, FALSE);
}

static JsonObject *point_to_json(const SySeriesPoint *point)
{
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "run", point->run);
    sy_json_set_string(object, "started", point->started);
    sy_json_set_string(object, "mods_sha256", point->mods_sha256);
    sy_json_set_string(object, "status", sy_status_name(point->status));
    json_object_set_int_member(object, "n", point->n);
    sy_json_set_double(object, "median", point->median);
    sy_json_set_interval(object, "ci95", point->ci95);
    return object;
}

static JsonObject *change_to_json(const SySeries *series, const SySeriesChange *change)
{
    const SySeriesPoint *point = g_ptr_array_index(series->points, change->at);
    const SySeriesPoint *found = g_ptr_array_index(series->points, change->found);
    JsonObject *object = json_object_new();

    sy_json_set_string(object, "run", point->run);
    sy_json_set_string(object, "started", point->started);
    sy_json_set_double(object, "before", change->before);
    sy_json_set_double(object, "after", change->after);
    sy_json_set_double(object, "p", change->p);
    sy_json_set_string(object, "found", found->run);
    sy_json_set_string(object, "change", sy_change_kind_name(change->kind));
    return object;
}

static JsonObject *series_to_json(const SySeries *series)
{
    JsonObject *object = json_object_new();
    JsonArray *points = json_array_new(), *changes = json_array_new();

    for (guint i = 0; i < series->points->len; i++) {
        json_array_add_object_element(points, point_to_json(g_ptr_array_index(series->points, i)));
    }
    for (guint i = 0; i < series->changes->len; i++) {
        json_array_add_object_element(
            changes, change_to_json(series, &g_array_index(series->changes, SySeriesChange, i)));
    }
    sy_json_set_string(object, "metric", series->metric);
    sy_json_set_string(object, "case", series->case_id);
    sy_json_set_string(object, "subject", series->build);
    sy_json_set_string(object, "host_mode", series->host_mode);
    sy_json_set_string(object, "place", series->host);
    sy_json_set_string(object, "unit", series->unit);
    sy_json_set_string(object, "better", sy_better_name(series->better));
    sy_json_set_double(object, "gate", series->gate);
    json_object_set_array_member(object, "points", points);
    json_object_set_array_member(object, "changes", changes);
    return object;
}

char *sy_series_json(const GPtrArray *all)
{
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_ARRAY);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < all->len; i++) {
        json_array_add_object_element(array, series_to_json(g_ptr_array_index(all, i)));
    }
    json_node_take_array(root, array);
    return sy_json_text(root, SY_JSON_PRETTY);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "judge/series.h"
#include "report/series.h"
#include "tests/sample-run.h"

/* Forty nights around 10, the last ten around `after`; every fifth was starved and shows 99. */
static SySeries *forty_nights(SyBetter better, double after)
{
    SySeries *series = sy_series_new();

    series->metric = g_strdup("latency_us");
    series->case_id = g_strdup("probe/a=<b>\033[31m");
    series->build = g_strdup("modded:10.0");
    series->host_mode = g_strdup("native");
    series->host = g_strdup("0123456789abcdef");
    series->unit = g_strdup("us");
    series->better = better;
    for (int i = 0; i < 40; i++) {
        SySeriesPoint *p = g_new0(SySeriesPoint, 1);

        p->run = g_strdup_printf("run-%d", i);
        p->started = g_strdup_printf("2026-%02d-%02dT00:00:00Z", 1 + i / 28, 1 + i % 28);
        p->mods_sha256 = g_strdup(i < 30 ? "aaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbb");
        p->n = 3;
        p->status = i % 5 == 4 ? SY_STATUS_INCONCLUSIVE : SY_STATUS_PASS;
        p->median = i % 5 == 4 ? 99 : (i < 30 ? 10 : after) + (i * 7 % 11) * 0.01;
        p->ci95[0] = p->ci95[1] = NAN;
        sy_series_add(series, p);
    }
    return series;
}

static void judge(SySeries *series)
{
    g_autoptr(GPtrArray) alone = g_ptr_array_new();

    g_ptr_array_add(alone, series);
    sy_series_judge(alone);
}

Test(series, a_run_has_one_for_each_gated_figure_that_it_measured)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autoptr(GPtrArray) all = sy_series_of_run(run);
    const SySeries *series = g_ptr_array_index(all, 0);
    const SySeriesPoint *point = g_ptr_array_index(series->points, 0);

    cr_assert_eq(all->len, 9, "of 9 throttle cases 8 have a share, and null its overhead");
    cr_assert_str_eq(series->metric, "share_error_pct");
    cr_assert_str_eq(series->build, "modded:10.0");
    cr_assert_str_eq(series->host_mode, "native");
    cr_assert_str_eq(series->host, "7c0f6c2f9a41be03");
    cr_assert_eq(series->points->len, 1);
    cr_assert_str_eq(point->run, run->id);
    cr_assert_str_eq(point->started, run->started);
    cr_assert_eq(point->median, 0.013);
    cr_assert_eq(point->n, 3);
    series = g_ptr_array_index(all, 7);
    cr_assert_not(sy_series_counts(g_ptr_array_index(series->points, 0)), "the host decided it");
}

Test(series, a_change_is_found_beside_points_that_do_not_count)
{
    static const struct {
        SyBetter better;
        double after;
        SyChangeKind kind;
    } known[] = {
        {SY_BETTER_LOWER, 11, SY_CHANGE_WORSE},   {SY_BETTER_LOWER, 9, SY_CHANGE_BETTER},
        {SY_BETTER_HIGHER, 11, SY_CHANGE_BETTER}, {SY_BETTER_HIGHER, 9, SY_CHANGE_WORSE},
        {SY_BETTER_TARGET, -11, SY_CHANGE_WORSE}, {SY_BETTER_TARGET, -3, SY_CHANGE_BETTER},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        SySeries *series = forty_nights(known[i].better, known[i].after);
        const SySeriesChange *change;

        judge(series);
        judge(series);
        change = &g_array_index(series->changes, SySeriesChange, 0);
        cr_assert_eq(series->changes->len, 1);
        cr_assert_eq(change->at, 30);
        cr_assert_gt(change->found, 32, "one or two nights show nothing");
        cr_assert_eq(change->kind, known[i].kind, "%zu", i);
        sy_series_free(series);
    }
}

Test(series, text_names_run_figures_and_builds_and_nothing_else_reaches_the_terminal)
{
    g_autoptr(GPtrArray) all = sy_series_array_new();
    SySeries *series = forty_nights(SY_BETTER_LOWER, 11);
    g_autofree char *text = NULL;

    judge(series);
    g_ptr_array_add(all, series);
    text = sy_series_text(all, &(SyTerminalStyle){.width = 120});
    cr_assert_not_null(strstr(text, "latency_us  probe/a=<b>"), "%s", text);
    cr_assert_not_null(strstr(text, "(modded:10.0, native on 01234567)"), "%s", text);
    cr_assert_not_null(strstr(text, "40 runs 2026-01-01 .. 2026-02-12"), "%s", text);
    cr_assert_not_null(strstr(text, "8 not counted"), "%s", text);
    cr_assert_not_null(strstr(text, "* run-30: 10.05 -> 11.04 us, worse (found in run-3"), "%s",
                       text);
    cr_assert_not_null(strstr(text, "mods aaaaaaaaaaaa -> bbbbbbbbbbbb)"), "%s", text);
    cr_assert_not_null(strstr(text, "1 of 1 series changed"), "%s", text);
    cr_assert_null(strchr(text, '\033'));
}

Test(series, json_has_every_point_and_change)
{
    g_autoptr(GPtrArray) all = sy_series_array_new();
    g_autoptr(JsonParser) parser = json_parser_new();
    SySeries *series = forty_nights(SY_BETTER_LOWER, 11);
    g_autofree char *text = NULL;
    JsonObject *object;

    judge(series);
    g_ptr_array_add(all, series);
    text = sy_series_json(all);
    cr_assert(json_parser_load_from_data(parser, text, -1, NULL));
    object = json_array_get_object_element(json_node_get_array(json_parser_get_root(parser)), 0);
    cr_assert_str_eq(json_object_get_string_member(object, "place"), "0123456789abcdef");
    cr_assert_eq(json_array_get_length(json_object_get_array_member(object, "points")), 40);
    object = json_array_get_object_element(json_object_get_array_member(object, "changes"), 0);
    cr_assert_str_eq(json_object_get_string_member(object, "run"), "run-30");
    cr_assert_str_eq(json_object_get_string_member(object, "change"), "worse");
    cr_assert(g_str_has_prefix(json_object_get_string_member(object, "found"), "run-3"));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.json: the same run comes back, bad files are refused with a place and a remedy. */
#include <locale.h>
#include <math.h>

#include "result/case-json.h"
#include "result/json-text.h"
#include "result/run-json.h"
#include "store/results-file.h"
#include "tests/check.h"
#include "tests/results-text.h"
#include "tests/sample-run.h"

Test(results_json, equal_runs_give_equal_bytes_and_come_back_equal)
{
    g_autoptr(SyRunResult) one = sample_run();
    g_autoptr(SyRunResult) two = sample_run();
    g_autofree char *first = sy_run_result_text(one);
    g_autofree char *second = sy_run_result_text(two);
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) back = results_parse(first, &error);
    g_autofree char *third = NULL;

    check_no_error(error);
    cr_assert_str_eq(first, second);
    third = sy_run_result_text(back);
    cr_assert_str_eq(first, third);
    cr_assert(g_str_has_suffix(first, "}\n"));
}

Test(results_json, comes_back_field_by_field)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) back = results_parse(text, &error);
    const SyCaseResult *result;
    const SyMetric *metric;
    const SyParam *param;

    check_no_error(error);
    cr_assert_str_eq(back->id, "20261120T160800Z-smoke");
    cr_assert_str_eq(back->started, "2026-11-20T16:08:00Z");
    cr_assert_eq(back->duration_s, 94.7);
    cr_assert_str_eq(back->argv[4], "my results");
    cr_assert_eq(back->exit, 1);
    cr_assert_eq(back->planned, 11);
    cr_assert_eq(back->host->cpus, 192);
    cr_assert_eq(back->host->mem_bytes, G_GUINT64_CONSTANT(810123456512));
    cr_assert_eq(back->host->load1, 0.42);
    cr_assert_str_eq(back->host->kvm, "svm");
    cr_assert_str_eq(back->build->path, run->build->path);
    cr_assert_null(back->build->ref);
    cr_assert_eq(back->cases->len, 11);
    result = g_ptr_array_index(back->cases, 6);
    cr_assert_eq(result->status, SY_STATUS_FAIL);
    cr_assert_str_eq(result->host_mode, "native");
    cr_assert_eq(result->duration_s, 6.25);
    param = g_ptr_array_index(result->params, 0);
    cr_assert(param->type == SY_PARAM_INT && g_str_equal(param->value, "25"));
    param = g_ptr_array_index(result->params, 1);
    cr_assert(param->type == SY_PARAM_DOUBLE && g_str_equal(param->value, "20"));
    param = g_ptr_array_index(result->params, 2);
    cr_assert(param->type == SY_PARAM_STRING && g_str_equal(param->value, "contended"));
    metric = g_ptr_array_index(result->metrics, 0);
    cr_assert_str_eq(metric->name, "share_error_pct");
    cr_assert_str_eq(metric->unit, "%");
    cr_assert_eq(metric->better, SY_BETTER_TARGET);
    cr_assert_eq(g_array_index(metric->samples, double, 2), 10.02);
    cr_assert_eq(metric->median, 9.81);
    cr_assert_eq(metric->ci95[0], 4.2);
    cr_assert(metric->gate.bounds_samples && !metric->gate.bounds_median &&
              metric->gate.limit == 5);
    cr_assert_eq(metric->verdict, SY_VERDICT_FAIL);
    metric = g_ptr_array_index(result->metrics, 3);
    cr_assert(isnan(metric->median) && isnan(metric->ci95[1]) && !metric->gate.bounds_samples &&
              !metric->gate.bounds_median);
    cr_assert(g_str_has_prefix(metric->note, "n/a: no PMU"));
}

Test(results_json, an_empty_run_and_numbers_that_are_none_come_back)
{
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autoptr(SyRunResult) back = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    const SyMetric *metric;

    run->id = g_strdup("x");
    run->duration_s = INFINITY;
    g_ptr_array_add(run->cases, sample_case("c", SY_STATUS_FAIL, 3, (double[]){NAN, 1, -INFINITY}));
    text = sy_run_result_text(run);
    cr_assert_not_null(strstr(text, "\"samples\": [null, 1.0, null]"), "%s", text);
    cr_assert_not_null(strstr(text, "\"exit\": null"));
    cr_assert_not_null(strstr(text, "\"host\": null"));
    back = results_parse(text, &error);
    check_no_error(error);
    cr_assert_null(back->host);
    cr_assert_null(back->build);
    cr_assert_eq(back->exit, -1);
    metric = g_ptr_array_index(((SyCaseResult *)g_ptr_array_index(back->cases, 0))->metrics, 0);
    cr_assert(isnan(g_array_index(metric->samples, double, 0)));
    cr_assert_eq(g_array_index(metric->samples, double, 1), 1);
}

Test(results_json, does_not_depend_on_the_locale)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *before = sy_run_result_text(run);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) back = NULL;
    char *locales = check_folder();
    g_autofree char *target = g_build_filename(locales, "de_DE.UTF-8", NULL);
    char *make_locale[] = {(char *)"localedef",
                           (char *)"-i",
                           (char *)"de_DE",
                           (char *)"-f",
                           (char *)"UTF-8",
                           target,
                           NULL};

    g_setenv("LOCPATH", locales, TRUE);
    if (!g_spawn_sync(NULL, make_locale, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                      NULL) ||
        !setlocale(LC_ALL, "de_DE.UTF-8")) {
        check_folder_remove(locales);
        cr_skip_test("no locale with a decimal comma can be made (package locales)");
    }
    cr_assert_str_eq(localeconv()->decimal_point, ",");
    after = sy_run_result_text(run);
    cr_assert_str_eq(before, after);
    back = results_parse(after, &error);
    check_no_error(error);
    check_folder_remove(locales);
}

Test(results_json, hostile_text_comes_back_in_every_field)
{
    for (const char *const *text = sample_hostile_texts(); *text; text++) {
        g_autoptr(SyRunResult) run = sample_run_of_text(*text);
        g_autofree char *json = NULL, *valid = g_utf8_make_valid(*text, -1);
        g_autoptr(GError) error = NULL;
        g_autoptr(SyRunResult) back = NULL;
        const SyCaseResult *result;
        const SyMetric *metric;

        g_clear_pointer(&run->started, g_free); /* the one that must be a time */
        json = sy_run_result_text(run);
        back = results_parse(json, &error);
        check_no_error(error);
        cr_assert(g_utf8_validate(json, -1, NULL));
        for (const char *p = json; *p; p++) {
            cr_assert((guchar)*p >= 0x20 || *p == '\n', "control character %d in JSON", *p);
        }
        result = g_ptr_array_index(back->cases, 0);
        metric = g_ptr_array_index(result->metrics, 0);
        cr_assert_str_eq(back->id, valid);
        cr_assert_str_eq(back->uuid, valid);
        cr_assert_str_eq(back->argv[1], valid);
        cr_assert_str_eq(back->host->kernel, valid);
        cr_assert_str_eq(((SyFinding *)g_ptr_array_index(back->findings, 0))->remedy, valid);
        cr_assert_str_eq(back->build->configure, valid);
        cr_assert_str_eq(back->build->ref, valid);
        cr_assert_str_eq(back->build->commit, valid);
        cr_assert_str_eq(result->reason, valid);
        cr_assert_str_eq(result->log_dir, valid);
        cr_assert_str_eq(((SyParam *)g_ptr_array_index(result->params, 0))->name, valid);
        cr_assert_str_eq(((SyParam *)g_ptr_array_index(result->params, 0))->value, valid);
        cr_assert_str_eq(metric->name, valid);
        cr_assert_str_eq(metric->note, valid);
    }
}

Test(results_json, refuses_another_schema_and_says_which)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *newer = results_swapped(text, "\"schema\": 1", "\"schema\": 2");
    GError *error = NULL;

    cr_assert_null(results_parse(newer, &error));
    check_error(error, SY_ERROR_USAGE,
                "f.json: $.schema: 2 is unknown; this steelyard reads schema 1: use the version");
}

Test(results_json, ignores_fields_that_it_does_not_know)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *more =
        results_swapped(text, "\"unit\": \"%\"", "\"extra\": [{}], \"unit\": \"%\"");
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) back = results_parse(more, &error);

    check_no_error(error);
    cr_assert_eq(back->cases->len, run->cases->len);
}

Test(results_json, names_the_place_of_what_is_missing_or_mistyped)
{
    static const struct {
        const char *from, *to, *message;
    } table[] = {
        {"\"schema\": 1,", "", "f.json: $.schema: missing"},
        {"\"id\": \"2026", "\"no\": \"2026", "$.run.id: missing"},
        {"\"exit\": 1", "\"exit\": \"1\"", "$.run.exit: expected a whole number, found a string"},
        {"\"exit\": 1", "\"exit\": 256", "$.run.exit: 256 is not in 0..255"},
        {"\"planned\": 11", "\"planned\": -1", "$.run.planned: -1 is not in"},
        {"\"argv\": [", "\"argv\": [7, ", "$.run.argv[0]: expected a string, found a number"},
        {"\"cpus\": 192", "\"cpus\": 1.5", "$.host.cpus: expected a whole number"},
        {"\"kvm\": \"svm\"", "\"kvm\": {}", "$.host.kvm: expected a string, found an object"},
        {"\"host_findings\": [", "\"host_findings\": 7, \"x\": [",
         "$.host_findings: expected an array, found a number"},
        {"\"kind\": \"tuning\"", "\"kind\": \"tunes\"",
         "$.host_findings[2].kind: 'tunes' is not one of requirement, tuning"},
        {"\"met\": false", "\"met\": \"no\"",
         "$.host_findings[1].met: expected true or false, found a string"},
        {"\"evidence\": \"KVM API 12, svm\"", "\"evidence\": null",
         "$.host_findings[0].evidence: expected a string, found null"},
        {"\"flavor\": \"modded\"", "\"flavor\": []", "$.build.flavor: expected a string, found an"},
        {"\"cases\": [", "\"cases\": [7, ", "$.cases[0]: expected an object, found a number"},
        {"\"status\": \"FAIL\"", "\"status\": \"MAYBE\"",
         "$.cases[6].status: 'MAYBE' is not one of PASS"},
        {"\"ratio_pct\": 10", "\"ratio_pct\": true",
         "$.cases[0].params.ratio_pct: expected a number or a string, found true or false"},
        {"\"better\": \"target\"", "\"better\": \"best\"",
         "$.cases[0].metrics[0].better: 'best' is not one of lower"},
        {"\"samples\": [-0.004", "\"samples\": [\"x\"",
         "$.cases[0].metrics[0].samples[0]: expected a number, found a string"},
        {"\"samples\": [-0.004", "\"samples\": [1e999",
         "$.cases[0].metrics[0].samples[0]: number out of range"},
        {"\"ci95\": [", "\"ci95\": [1, ",
         "$.cases[0].metrics[0].ci95: expected [lo, hi], found 3 values"},
        {"\"limit\": 5.0", "\"limit\": \"5\"", "$.cases[0].metrics[0].gate.limit: expected a num"},
        {"\"gate\": {\"limit\": 5.0, \"median_limit\": null}", "\"gate\": 5",
         "metrics[0].gate: expected an object"},
        {"\"verdict\": \"pass\"", "\"verdict\": null", "verdict: expected a string, found null"},
        {"\"metrics\": [", "\"metrics\": 1, \"x\": [", "$.cases[0].metrics: expected an array"},
    };
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *bad = results_swapped(text, table[i].from, table[i].to);
        GError *error = NULL;

        cr_assert_null(results_parse(bad, &error), "accepted %s", table[i].to);
        cr_assert(g_str_has_suffix(error->message, "from the run's journal"), "no remedy: %s",
                  error->message);
        check_error(error, SY_ERROR_USAGE, table[i].message);
    }
}

Test(results_json, every_field_of_the_schema_is_asked_for)
{
    /* Parameters are the workload's own; and what came within schema 1 is not in older files. */
    static const char *const any_name_goes[] = {"ratio_pct",
                                                "period_ms",
                                                "load",
                                                "lab",
                                                "host_why",
                                                "trace",
                                                "median_limit",
                                                "comparisons",
                                                "host_findings",
                                                "third_witness",
                                                "max_inconclusive_pct",
                                                NULL};
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *text = sy_run_result_text(run);
    g_autoptr(GRegex) names = g_regex_new("\"([a-z0-9_]+)\":", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint fields = 0;

    for (g_regex_match(names, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        g_autofree char *bad = g_strdup(text);
        g_autoptr(GError) error = NULL;
        int start;

        if (g_strv_contains(any_name_goes, name)) {
            continue;
        }
        g_match_info_fetch_pos(match, 1, &start, NULL);
        bad[start] = 'X';
        cr_assert_null(results_parse(bad, &error), "a file without %s at %d was accepted", name,
                       start);
        cr_assert_not_null(strstr(error->message, name), "%s: %s", name, error->message);
        fields++;
    }
    cr_assert_gt(fields, 100);
}

Test(results_json, damaged_files_are_refused_or_read_but_never_crash)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    gsize length = strlen(text);
    g_autoptr(GRand) rand = g_rand_new_with_seed(42);
    guint refused = 0;

    for (int i = 0; i < 3000; i++) {
        g_autofree char *bad = g_memdup2(text, length + 1);
        gsize cut = i % 3 == 0 ? (gsize)g_rand_int_range(rand, 0, (gint32)length) : length;
        g_autoptr(GError) error = NULL;
        g_autoptr(SyRunResult) back = NULL;

        for (int k = g_rand_int_range(rand, 0, 4); k > 0; k--) {
            bad[g_rand_int_range(rand, 0, (gint32)length)] =
                i % 2 ? "{}[]\",:0-e\\ntu/"[g_rand_int_range(rand, 0, 16)]
                      : (char)g_rand_int_range(rand, 0, 256);
        }
        back = sy_run_result_parse(bad, (gssize)cut, "f.json", &error);
        cr_assert((back == NULL) == (error != NULL));
        refused += back == NULL;
    }
    cr_assert_gt(refused, 1500);
}

Test(results_json, one_case_comes_back_from_its_object)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autoptr(JsonObject) object = sy_case_result_to_json(g_ptr_array_index(run->cases, 7));
    g_autoptr(GError) error = NULL;
    g_autoptr(SyCaseResult) back = sy_case_result_from_json(object, "journal.jsonl:8", &error);

    check_no_error(error);
    cr_assert_eq(back->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(back->metrics->len, 4);
    json_object_remove_member(object, "reason");
    cr_assert_null(sy_case_result_from_json(object, "journal.jsonl:8", &error));
    cr_assert_str_eq(error->message, "journal.jsonl:8.reason: missing");
}

/* Other writers than ours (the journal's) get this object. */
Test(results_json, the_object_of_a_case_holds_valid_text_only)
{
    g_autoptr(SyCaseResult) result = sy_case_result_new("a\xff", "w");
    g_autoptr(JsonObject) object = sy_case_result_to_json(result);

    cr_assert_str_eq(json_object_get_string_member(object, "id"), "a\xef\xbf\xbd");
}

Test(results_json, a_parameter_that_is_no_number_is_kept_as_text)
{
    g_autoptr(SyCaseResult) result = sy_case_result_new("c", "w");
    g_autoptr(JsonObject) object = NULL;
    JsonObject *params;

    g_ptr_array_add(result->params, sy_param_new("a", SY_PARAM_INT, "many"));
    g_ptr_array_add(result->params, sy_param_new("b", SY_PARAM_DOUBLE, "0.5x"));
    g_ptr_array_add(result->params, sy_param_new("c", SY_PARAM_DOUBLE, "0.5"));
    object = sy_case_result_to_json(result);
    params = json_object_get_object_member(object, "params");
    cr_assert_str_eq(json_object_get_string_member(params, "a"), "many");
    cr_assert_str_eq(json_object_get_string_member(params, "b"), "0.5x");
    cr_assert_eq(json_object_get_double_member(params, "c"), 0.5);
}

Test(results_json, a_file_is_written_and_read_and_errors_name_it)
{
    char *folder = check_folder();
    g_autofree char *path = g_build_filename(folder, "results.json", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "no", "results.json", NULL);
    g_autoptr(SyRunResult) run = sample_run();
    g_autoptr(SyRunResult) back = NULL;
    GError *error = NULL;

    cr_assert(sy_results_file_write(run, path, &error));
    back = sy_results_file_read(path, &error);
    check_no_error(error);
    cr_assert_eq(back->cases->len, run->cases->len);
    cr_assert_not(sy_results_file_write(run, nowhere, &error));
    check_error(error, SY_ERROR_IO, nowhere);
    cr_assert_null(sy_results_file_read(nowhere, &error));
    check_error(error, SY_ERROR_IO, nowhere);
    check_folder_remove(folder);
}

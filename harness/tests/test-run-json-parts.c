/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.json: what it has had only since schema 1 was made; older files lack it and are read. */
#include <math.h>

#include "result/run-json.h"
#include "tests/check.h"
#include "tests/results-text.h"
#include "tests/sample-run.h"

Test(results_parts, a_lab_comes_back_and_each_of_its_fields_is_asked_for)
{
    static const char *const fields[] = {"mode",    "kernel",     "qemu",  "image_sha256",
                                         "command", "memory_mib", "boot_s"};
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autoptr(SyRunResult) back = results_parse(text, NULL);
    const char *lab = strstr(text, "\"lab\": {");

    cr_assert_str_eq(back->lab->image_sha256, run->lab->image_sha256);
    cr_assert_eq(back->lab->memory_mib, 2048);
    cr_assert_str_eq(back->lab->baseline_key, run->lab->baseline_key);
    cr_assert_eq(back->lab->key_parts->len, 2);
    cr_assert_str_eq(((SyKeyPart *)g_ptr_array_index(back->lab->key_parts, 0))->what,
                     "6.12.107+deb13-cloud-amd64");
    cr_assert_null(((SyKeyPart *)g_ptr_array_index(back->lab->key_parts, 1))->what);
    cr_assert_eq(g_array_index(back->lab->boot_s, double, 1), 1.5);
    cr_assert_str_eq(back->lab->host->fingerprint, "00d1ce00d1ce00d1");
    cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(back->cases, 3))->host_mode, "lab");
    cr_assert(g_str_has_prefix(((SyCaseResult *)g_ptr_array_index(back->cases, 3))->host_why,
                               "no ftrace here"));
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", fields[i]);
        g_autofree char *bad = g_strdup(text);
        GError *error = NULL;

        strstr(bad + (lab - text), quoted)[1] = 'X';
        cr_assert_null(results_parse(bad, &error), "a lab without %s was accepted", fields[i]);
        cr_assert_not_null(strstr(error->message, "$.lab."), "%s", error->message);
        check_error(error, SY_ERROR_USAGE, fields[i]);
    }
}

Test(results_parts, a_lab_that_never_spoke_comes_back)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autoptr(SyRunResult) back = NULL;
    g_autofree char *text = NULL;

    g_clear_pointer(&run->lab->host, sy_host_fingerprint_free);
    g_clear_pointer(&run->lab->qemu, g_free);
    text = sy_run_result_text(run);
    back = results_parse(text, NULL);
    cr_assert_not_null(back);
    cr_assert_null(back->lab->host);
    cr_assert_null(back->lab->qemu);
}

Test(results_parts, a_key_part_without_its_sum_is_refused_with_its_place)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *bad = results_swapped(text, "\"name\": \"kernel\",\n        \"sha256\"",
                                           "\"name\": \"kernel\",\n        \"sha512\"");
    g_autoptr(GError) error = NULL;

    cr_assert_null(results_parse(bad, &error));
    cr_assert_not_null(strstr(error->message, "$.lab.key_parts[0].sha256: missing"), "%s",
                       error->message);
}

Test(results_parts, files_of_before_the_lab_are_read)
{
    g_autoptr(SyRunResult) run = sample_run_passing();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *no_lab = results_swapped(text, "  \"lab\": null,\n", "");
    g_autofree char *no_why = results_swapped(no_lab, "      \"host_why\": null,\n", "");
    g_autoptr(GError) error = NULL;
    g_autoptr(SyRunResult) back = results_parse(no_why, &error);

    check_no_error(error);
    cr_assert_null(back->lab);
    cr_assert_null(((SyCaseResult *)g_ptr_array_index(back->cases, 0))->host_why);
    for (guint i = 0; i < back->cases->len; i++) {
        cr_assert_eq(((SyCaseResult *)g_ptr_array_index(back->cases, i))->index, i);
    }
}

Test(results_parts, what_a_job_tolerates_comes_back_and_files_of_before_tolerate_nothing)
{
    g_autoptr(SyRunResult) run = sample_run_passing(), back = NULL, old = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL, *old_text = NULL, *old_run = NULL;

    run->max_inconclusive_pct = 12.5;
    ((SyCaseResult *)g_ptr_array_index(run->cases, 0))->undecided_expected = true;
    text = sy_run_result_text(run);
    back = results_parse(text, &error);
    cr_assert_not_null(back, "%s", error ? error->message : "");
    cr_assert_eq(back->max_inconclusive_pct, 12.5);
    cr_assert(((SyCaseResult *)g_ptr_array_index(back->cases, 0))->undecided_expected);
    cr_assert_not(((SyCaseResult *)g_ptr_array_index(back->cases, 1))->undecided_expected);
    old_run = results_swapped(text, "\"max_inconclusive_pct\"", "\"of_another_time\"");
    old_text = results_swapped(old_run, "      \"undecided_expected\": true,\n", "");
    old = results_parse(old_text, &error);
    cr_assert_not_null(old, "%s", error ? error->message : "");
    cr_assert_eq(old->max_inconclusive_pct, 0);
    cr_assert_not(((SyCaseResult *)g_ptr_array_index(old->cases, 0))->undecided_expected);
}

Test(results_parts, findings_come_back_and_files_of_before_have_none)
{
    g_autoptr(SyRunResult) run = sample_run();
    g_autofree char *text = sy_run_result_text(run);
    g_autofree char *former = results_swapped(text, "\"host_findings\"", "\"not_yet_known\"");
    g_autofree char *again = NULL;
    g_autoptr(SyRunResult) back = results_parse(text, NULL), before = results_parse(former, NULL);
    const SyFinding *finding = g_ptr_array_index(back->findings, 2);

    cr_assert_eq(back->findings->len, 4);
    cr_assert_str_eq(finding->kind, SY_FINDING_TUNING);
    cr_assert_str_eq(finding->name, "governor");
    cr_assert_str_eq(finding->summary, "what governor is");
    cr_assert_str_eq(finding->evidence, "scaling_governor is powersave");
    cr_assert_str_eq(finding->remedy, "doctor --apply");
    cr_assert_not(finding->met);
    finding = g_ptr_array_index(back->findings, 0);
    cr_assert(finding->met && !finding->remedy);
    cr_assert_not_null(before);
    cr_assert_eq(before->findings->len, 0);
    again = sy_run_result_text(before);
    cr_assert_not_null(strstr(again, "\"host_findings\": []"));
}

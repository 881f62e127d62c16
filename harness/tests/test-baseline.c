/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be a baseline, what differs from one, by how much, and what a file of it must be like.
 */
#include "judge/baseline.h"

#include <math.h>

#include "base/exit-code.h"
#include "judge/baseline-key.h"
#include "report/baseline.h"
#include "result/run-json.h"
#include "store/baseline.h"
#include "tests/check.h"
#include "tests/sample-run.h"

/* Two cases in lab-exact, on a lab with the kernel `kernel`. */
static SyRunResult *exact_run(const char *kernel)
{
    const char *const argv[] = {"steelyard", "run", "/here/job.ini", NULL};
    const double low[] = {0.5, 0.25}, high[] = {0, 1};
    SyRunResult *run = sy_run_result_new();
    SyCaseResult *cases[] = {sample_case("a/n=1", SY_STATUS_PASS, 2, low),
                             sample_case("a/n=2", SY_STATUS_PASS, 2, high)};

    run->id = g_strdup("r");
    run->job = g_strdup("t");
    run->argv = g_strdupv((GStrv)argv);
    run->planned = 2;
    run->exit = 0;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_free(cases[i]->host_mode);
        cases[i]->host_mode = g_strdup("lab-exact");
        cases[i]->duration_s = 2;
        cases[i]->index = i;
        sy_run_result_add(run, cases[i]);
    }
    run->build = sy_build_info_new();
    run->build->path = g_strdup("/here/qemu");
    run->lab = sy_lab_info_new();
    run->lab->mode = g_strdup("lab-exact");
    run->lab->command = g_strdup("/here/l0");
    g_ptr_array_add(run->lab->key_parts, sy_key_part_of_text("kernel", kernel, kernel));
    g_ptr_array_add(run->lab->key_parts, sy_key_part_of_text("guests", "x", NULL));
    run->lab->baseline_key = sy_baseline_key(run->lab->key_parts);
    return run;
}

static SyCaseResult *case_at(const SyRunResult *run, guint i)
{
    return g_ptr_array_index(run->cases, i);
}

static double *sample(const SyRunResult *run, guint i, guint repetition)
{
    SyMetric *metric = g_ptr_array_index(case_at(run, i)->metrics, 0);

    return &g_array_index(metric->samples, double, repetition);
}

/* All differences, a line each. */
static char *differences(const SyRunResult *baseline, const SyRunResult *run)
{
    g_autoptr(SyBaselineCheck) check = sy_baseline_check(baseline, run);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < check->differences->len; i++) {
        g_autofree char *text =
            sy_baseline_difference_text(g_ptr_array_index(check->differences, i));

        g_string_append_printf(out, "%s\n", text);
    }
    return g_string_free(out, FALSE);
}

static void expect(const SyRunResult *baseline, const SyRunResult *run, const char *lines)
{
    g_autofree char *text = differences(baseline, run);

    cr_assert_str_eq(text, lines, "%s", text);
}

Test(baseline, equal_runs_are_equal_wherever_their_logs_are)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    g_autoptr(SyBaselineCheck) check = NULL;

    case_at(run, 0)->log_dir = g_strdup("logs/elsewhere");
    case_at(run, 0)->host_why = g_strdup("no KVM here");
    check = sy_baseline_check(baseline, run);
    expect(baseline, run, "");
    cr_assert_eq(check->values, 6, "two samples and the duration of each case");
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_PASS);
}

Test(baseline, a_figure_that_differs_has_both_values_the_difference_and_its_size)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    g_autoptr(SyBaselineCheck) check = NULL;

    *sample(run, 0, 1) = 0.375;
    *sample(run, 1, 0) = -0.1;
    case_at(run, 1)->duration_s = 2.5;
    check = sy_baseline_check(baseline, run);
    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_FAIL);
    expect(baseline, run,
           "share_error_pct [2]  a/n=1: 0.25 -> 0.375 %: +0.125 (+50 %)\n"
           "share_error_pct [1]  a/n=2: 0 -> -0.1 %: -0.1 (of 0)\n"
           "duration_s  a/n=2: 2 -> 2.5 s: +0.5 (+25 %)\n");
}

Test(baseline, the_last_bit_of_a_figure_counts)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");

    *sample(run, 0, 1) = nextafter(0.25, 1);
    expect(baseline, run,
           "share_error_pct [2]  a/n=1: 0.25 -> 0.25000000000000006 %: "
           "+5.551115123125783e-17 (+2.220446049250313e-14 %)\n");
}

Test(baseline, what_is_no_figure_counts_as_well)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    SyMetric *metric = g_ptr_array_index(case_at(run, 1)->metrics, 0);
    SyDiscarded *discarded = sy_discarded_new("the host was busy");
    double value = 3;

    case_at(run, 0)->status = SY_STATUS_INCONCLUSIVE;
    case_at(run, 0)->reason = g_strdup("starved");
    g_array_append_val(discarded->values, value);
    g_ptr_array_add(case_at(run, 0)->discarded, discarded);
    g_array_set_size(metric->samples, 1);
    metric->note = g_strdup("n/a");
    expect(baseline, run,
           "status  a/n=1: PASS -> INCONCLUSIVE\n"
           "reason  a/n=1: none -> starved\n"
           "discarded repetition 1  a/n=1: none -> the host was busy\n"
           "share_error_pct, discarded [1]  a/n=1: n/a -> 3 %\n"
           "share_error_pct [2]  a/n=2: 1 -> n/a %\n"
           "share_error_pct  a/n=2: none -> n/a\n");
}

Test(baseline, a_difference_in_a_field_that_is_not_looked_at_is_one_all_the_same)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    SyMetric *metric = g_ptr_array_index(case_at(run, 0)->metrics, 0);

    metric->verdict = SY_VERDICT_FAIL;
    expect(baseline, run, "record  a/n=1: as recorded -> differs in fields that are not metrics\n");
}

Test(baseline, counts_of_events_are_figures)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    SyCaseTrace *was = case_at(baseline, 0)->trace = sy_case_trace_new("t");
    SyCaseTrace *now = case_at(run, 0)->trace = sy_case_trace_new("t");

    g_ptr_array_add(was->events, sy_trace_event_new("kvm:kvm_exit", 100));
    g_ptr_array_add(now->events, sy_trace_event_new("kvm:kvm_exit", 101));
    g_ptr_array_add(now->events, sy_trace_event_new("kvm:kvm_nmi", 1));
    expect(baseline, run,
           "trace kvm:kvm_exit  a/n=1: 100 -> 101: +1 (+1 %)\n"
           "trace kvm:kvm_nmi  a/n=1: 0 -> 1: +1 (of 0)\n");
}

Test(baseline, cases_that_came_and_went_are_named)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");

    g_ptr_array_remove_index(baseline->cases, 1);
    g_ptr_array_remove_index(run->cases, 0);
    expect(baseline, run, "case  a/n=1: there -> none\ncase  a/n=2: none -> there\n");
}

Test(baseline, with_another_key_a_new_baseline_is_due_whatever_the_figures)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.13");
    g_autoptr(SyBaselineCheck) check = sy_baseline_check(baseline, run);
    const SyTerminalStyle style = {.width = 100};
    g_autofree char *text =
        sy_baseline_text(check, baseline, run, "b.json", "steelyard baseline r --record", &style);

    cr_assert_eq(sy_baseline_exit_code(check), SY_EXIT_INCONCLUSIVE);
    cr_assert_not_null(strstr(text, "CHANGED   kernel: 6.12 -> 6.13\n"), "%s", text);
    cr_assert_not_null(strstr(text, "a new baseline is due: kernel changed"), "%s", text);
    cr_assert_not_null(strstr(text, "\n    steelyard baseline r --record\n"), "%s", text);
}

Test(baseline, the_json_has_every_difference)
{
    g_autoptr(SyRunResult) baseline = exact_run("6.12"), run = exact_run("6.12");
    g_autoptr(SyBaselineCheck) check = NULL;
    g_autofree char *text = NULL;

    *sample(run, 0, 1) = 0.375;
    check = sy_baseline_check(baseline, run);
    text = sy_baseline_json(check, baseline, run, "b.json");
    cr_assert_not_null(strstr(text, "\"exit\": 1"), "%s", text);
    cr_assert_not_null(strstr(text, "\"figure\": \"share_error_pct\""));
    cr_assert_not_null(strstr(text, "\"was\": 0.25"));
    cr_assert_not_null(strstr(text, "\"change_pct\": 50.0"));
}

Test(baseline, a_run_that_says_nothing_for_sure_is_refused_with_the_remedy)
{
    g_autoptr(SyRunResult) native = exact_run("6.12"), failed = exact_run("6.12");
    g_autoptr(SyRunResult) part = exact_run("6.12"), old = exact_run("6.12");
    GError *error = NULL;

    g_free(case_at(native, 1)->host_mode);
    case_at(native, 1)->host_mode = g_strdup("native");
    cr_assert_not(sy_baseline_comparable(native, &error));
    check_error(error, SY_ERROR_USAGE,
                "a/n=2 ran in host mode native, but baselines are for lab-exact only");
    case_at(failed, 0)->status = SY_STATUS_ERROR;
    case_at(failed, 0)->reason = g_strdup("the lab died");
    cr_assert_not(sy_baseline_comparable(failed, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "a/n=1 was not measured: the lab died");
    part->planned = 3;
    cr_assert_not(sy_baseline_comparable(part, &error));
    check_error(error, SY_ERROR_UNAVAILABLE, "2 of 3 cases; `steelyard run --resume`");
    g_clear_pointer(&old->lab->baseline_key, g_free);
    cr_assert_not(sy_baseline_comparable(old, &error));
    check_error(error, SY_ERROR_USAGE, "run the job again");
}

Test(baseline, nothing_of_this_machine_is_recorded_and_no_fault)
{
    g_autoptr(SyRunResult) run = exact_run("6.12"), faulty = exact_run("6.12");
    const char *const argv[] = {"steelyard", "run", "j.ini", "--fault", "quota=+1%", NULL};
    g_autofree char *text = NULL;
    GError *error = NULL;

    run->host = g_new0(SyHostFingerprint, 1);
    run->host->hostname = g_strdup("here");
    cr_assert(sy_baseline_strip(run, &error));
    text = sy_run_result_text(run);
    cr_assert_null(strstr(text, "here"), "%s", text);
    g_strfreev(faulty->argv);
    faulty->argv = g_strdupv((GStrv)argv);
    cr_assert_not(sy_baseline_strip(faulty, &error));
    check_error(error, SY_ERROR_USAGE, "injected faults");
}

Test(baseline, a_file_comes_back_equal_and_bad_ones_are_refused_with_place_and_remedy)
{
    static const struct {
        const char *from, *to, *place;
    } table[] = {
        {"\"name\": \"guests\"", "\"name\": \"geists\"", "$.lab.baseline_key does not match"},
        {"\"median\": ", "\"medium\": ", "$.cases[0].metrics[0].median: missing"},
        {"\"host_mode\": \"lab-exact\"", "\"host_mode\": \"lab\"", "ran in host mode lab"},
        {"\"cases\": [", "\"cases\": [[", "b.json"},
    };
    g_autofree char *dir = check_folder();
    g_autofree char *sub = g_build_filename(dir, "results", NULL);
    g_autofree char *path = sy_baseline_path(sub, "a/../b");
    g_autoptr(SyRunResult) run = exact_run("6.12"), other = exact_run("6.12"), back = NULL;
    g_autofree char *text = NULL;
    GError *error = NULL;

    cr_assert(g_str_has_suffix(path, "/results/baselines/a-..-b.json"), "%s", path);
    cr_assert(sy_baseline_strip(run, &error) && sy_baseline_write(run, path, &error));
    back = sy_baseline_read(path, &error);
    check_no_error(error);
    expect(back, other, "");
    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GString) bad = g_string_new(text);

        cr_assert_gt(g_string_replace(bad, table[i].from, table[i].to, 1), 0, "%s", table[i].from);
        cr_assert(g_file_set_contents(path, bad->str, -1, NULL));
        cr_assert_null(sy_baseline_read(path, &error), "%s", table[i].to);
        cr_assert_not_null(strstr(error->message, "baselines/a-..-b.json"), "%s", error->message);
        cr_assert_not_null(strstr(error->message, "steelyard baseline --record"), "%s",
                           error->message);
        check_error(error, SY_ERROR_USAGE, i == 3 ? "" : table[i].place);
    }
    sy_fs_remove_tree(dir);
}

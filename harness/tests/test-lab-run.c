/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases in a lab that does as it is told: every way a boot can end, and what becomes of the cases.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "lab/archive.h"
#include "run/journal-entry.h"
#include "tests/lab-run-fixture.h"

TestSuite(lab_run, .fini = clear);

Test(lab_run, every_case_runs_in_one_boot_and_is_seen_as_it_happens)
{
    static const char *const boots[] = {
        "host begin:one rep:one case:one begin:two case:two end bye:0", NULL};
    const SyMetric *metric;

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_str_eq(seen->str, "0:one 0:one#2 0:one=PASS 1:two 1:two=PASS ");
    cr_assert_eq(run->cases->len, 2);
    metric = sy_case_result_metric(result("one"), "figure");
    cr_assert_eq(g_array_index(metric->samples, double, 0), 0.25);
    cr_assert_eq(result("one")->duration_s, 1.5, "the lab's clock, not ours");
    cr_assert_str_eq(result("one")->host_mode, "lab", "this side knows where it ran");
    cr_assert_str_eq(result("one")->host_why, "--host lab");
    cr_assert_eq(fake_machine_boots()->len, 1);
    cr_assert_eq(fake_machine_ended(), 1);
}

Test(lab_run, the_lab_is_booted_as_set_up_and_described)
{
    static const char *const boots[] = {"host begin:one case:one end bye:0", NULL};
    g_autofree char *lab_dir = NULL;

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    lab_dir = g_build_filename(dir, "logs", "lab-1", NULL);
    cr_assert_str_eq(boot(0)->dir, lab_dir);
    cr_assert_str_eq(boot(0)->task, "job");
    cr_assert_eq(boot(0)->mode, SY_MACHINE_FAST);
    cr_assert_eq(boot(0)->cpus, 2);
    cr_assert_eq(boot(0)->silence_limit_s, 20);
    cr_assert_str_eq(run->lab->mode, "lab");
    cr_assert_str_eq(run->lab->kernel, "6.12.107");
    cr_assert_str_eq(run->lab->qemu, "10.0.13");
    cr_assert_str_eq(run->lab->image_sha256, "abc");
    cr_assert_str_eq(run->lab->command, "/here/l0 -serial file:./console.log -m 2048");
    cr_assert_eq(run->lab->cpus, 2);
    cr_assert_eq(run->lab->boot_s->len, 1);
    cr_assert_eq(g_array_index(run->lab->boot_s, double, 0), 1.25);
    cr_assert_str_eq(run->lab->host->kernel, "6.12-lab");
}

Test(lab_run, only_the_unfinished_cases_of_the_lab_are_handed_in)
{
    static const char *const boots[] = {"host begin:three case:three end bye:0", NULL};
    SyCaseResult *done = sy_case_result_new("two", "two");
    SyCasePlan *native;

    prepare("[one]\n[two]\n[three]\n", "lab");
    native = g_ptr_array_index(plans, 0);
    g_free(native->host_mode);
    native->host_mode = g_strdup("native");
    done->index = 1;
    sy_run_result_add(run, done);
    cr_assert(run_labs(boots, NULL));
    cr_assert_not_null(strstr(boot(0)->request, "\"cases\":[\"three\"]"), "%s", boot(0)->request);
    cr_assert_not_null(strstr(boot(0)->request, "\"qemu\":\"/opt/steelyard/qemu\""));
    cr_assert_not_null(strstr(boot(0)->request, "\"host_mode\":\"lab\""));
    cr_assert_null(strstr(boot(0)->request, "/here"));
    cr_assert_str_eq(seen->str, "2:three 2:three=PASS ", "indices are the whole run's");
}

Test(lab_run, nothing_to_do_boots_nothing)
{
    static const char *const boots[] = {NULL};

    prepare("[one]\n", "native");
    cr_assert(run_labs(boots, NULL));
    cr_assert_null(run->lab);
}

Test(lab_run, an_exact_run_boots_an_exact_lab_once)
{
    static const char *const boots[] = {
        "host begin:one case:one begin:linux case:linux begin:three case:three end bye:0", NULL};

    prepare("[one]\n[linux]\n[three]\n", "lab-exact");
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(boot(0)->cpus, 2);
    cr_assert_eq(boot(0)->mode, SY_MACHINE_EXACT);
    for (guint i = 0; i < plans->len; i++) {
        cr_assert_str_eq(((SyCaseResult *)g_ptr_array_index(run->cases, i))->id,
                         ((SyCasePlan *)g_ptr_array_index(plans, i))->id);
    }
    cr_assert_eq(run->lab->boot_s->len, 1);
}

Test(lab_run, what_real_time_could_not_say_lab_exact_decides)
{
    static const char *const boots[] = {
        "host begin:one case:one begin:two unsure:two begin:three case:three end bye:0",
        "host begin:two case:two end bye:0", NULL};

    prepare("[one]\n[two]\n[three]\n", "lab");
    setup.settle = true;
    cr_assert(run_labs(boots, NULL));
    cr_assert_str_eq(seen->str, "0:one 0:one=PASS 1:two 1:two-again 2:three 2:three=PASS "
                                "1:two 1:two=PASS ");
    cr_assert_eq(boot(0)->mode, SY_MACHINE_FAST);
    cr_assert_eq(boot(1)->mode, SY_MACHINE_EXACT);
    cr_assert_not_null(strstr(boot(1)->request, "\"cases\":[\"two\"]"), "%s", boot(1)->request);
    cr_assert_eq(run->cases->len, 3, "an inconclusive case has no result there");
    cr_assert_str_eq(result("two")->host_mode, "lab-exact");
    cr_assert_str_eq(result("two")->host_why,
                     "--host lab; inconclusive in the lab in real time: the witnesses disagree");
}

Test(lab_run, what_failed_by_a_time_alone_lab_exact_decides_too)
{
    static const char *const boots[] = {"host begin:timed late:timed begin:two wrong:two end bye:0",
                                        "host begin:timed late:timed end bye:0", NULL};

    prepare("[timed]\n[two]\n", "lab");
    setup.settle = true;
    cr_assert(run_labs(boots, NULL));
    cr_assert_str_eq(seen->str, "0:timed 0:timed-again 1:two 1:two=FAIL 0:timed 0:timed=FAIL ");
    cr_assert_str_eq(result("timed")->host_why,
                     "--host lab; failed in the lab in real time: took 6 us");
    cr_assert_str_eq(result("two")->host_mode, "lab");
}

Test(lab_run, lab_exact_has_the_last_word)
{
    static const char *const boots[] = {"host begin:one unsure:one end bye:0",
                                        "host begin:one unsure:one end bye:0", NULL};

    prepare("[one]\n", "lab");
    setup.settle = true;
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(result("one")->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(fake_machine_boots()->len, 2);
}

Test(lab_run, who_asked_for_real_time_is_told_that_it_could_not_say)
{
    static const char *const boots[] = {"host begin:one unsure:one end bye:0", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_str_eq(seen->str, "0:one 0:one=INCONCLUSIVE ");
    cr_assert_str_eq(result("one")->host_mode, "lab");
}

Test(lab_run, a_lab_that_dies_costs_the_case_under_way_and_the_rest_get_another)
{
    static const char *const boots[] = {"host begin:one case:one begin:two rep:two die",
                                        "host begin:three case:three end bye:0", NULL};

    prepare("[one]\n[two]\n[three]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_str_eq(seen->str, "0:one 0:one=PASS 1:two 1:two#2 1:two=ERROR 2:three 2:three=PASS ");
    check_reason("two", "the lab died of a kernel panic: sysrq; console: Kernel panic");
    cr_assert_str_eq(result("two")->log_dir, "logs/lab-1", "where the console's words are");
    cr_assert(g_str_has_suffix(boot(1)->dir, "/logs/lab-2"));
    cr_assert_not_null(strstr(boot(1)->request, "\"cases\":[\"three\"]"));
    cr_assert_eq(run->lab->boot_s->len, 2);
    cr_assert_eq(fake_machine_ended(), 2);
}

Test(lab_run, a_lab_that_hangs_is_an_error_that_names_the_limit)
{
    static const char *const boots[] = {"host begin:one hang", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    check_reason("one", "the lab has been silent for 20 s; console: last words");
}

Test(lab_run, a_run_inside_that_is_killed_is_an_error_with_the_consoles_last_words)
{
    static const char *const boots[] = {"host begin:one bye:137", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    check_reason("one", "the lab died: the run inside ended unexpectedly with status 137; console: "
                        "first words | last words");
}

Test(lab_run, nonsense_is_treated_as_death)
{
    static const char *const lines[] = {
        "raw:hello", "raw:[1]",  "raw:{}",  "raw:{\"event\":\"dance\"}", "begin:one",
        "begin:two", "case:two", "rep:two", "raw:{\"event\":\"begin\"}", "raw:{\"event\":1}"};

    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *script = g_strdup_printf("host begin:one %s", lines[i]);
        const char *boots[] = {script, "host begin:two case:two end bye:0", NULL};

        prepare("[one]\n[two]\n", "lab");
        cr_assert(run_labs(boots, NULL), "%s", lines[i]);
        cr_assert(g_str_has_prefix(result("one")->reason, "the lab sent an invalid message: "),
                  "%s: %s", lines[i], result("one")->reason);
        cr_assert_not_null(strstr(result("one")->reason, "last words"), "%s", lines[i]);
        cr_assert_eq(result("two")->status, SY_STATUS_PASS);
        if (i + 1 < G_N_ELEMENTS(lines)) {
            clear();
        }
    }
}

Test(lab_run, a_case_may_not_be_reported_twice_or_unbegun)
{
    static const char *const boots[] = {"host begin:one case:one begin:one", "host case:two",
                                        "host begin:two case:two end bye:0", NULL};

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(result("one")->status, SY_STATUS_PASS, "what was kept stays");
    cr_assert_eq(result("two")->status, SY_STATUS_PASS);
}

Test(lab_run, a_lab_that_breaks_twice_before_any_case_is_given_up)
{
    static const char *const boots[] = {"die", "host hang", NULL};

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    check_reason("one", "the lab has been silent for 20 s; console: last words");
    check_reason("two", "the lab has been silent for 20 s; console: last words");
    cr_assert_str_eq(result("two")->log_dir, "logs/lab-2");
    cr_assert_str_eq(seen->str, "0:one 0:one=ERROR 1:two 1:two=ERROR ");
}

Test(lab_run, a_lab_that_cannot_be_booted_says_so)
{
    static const char *const boots[] = {"refuse", "refuse", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    check_reason("one", "the lab cannot boot: no emulator here; build one");
    cr_assert_null(run->lab);
}

Test(lab_run, fruitless_boots_count_only_in_a_row)
{
    static const char *const boots[] = {"die", "host begin:one die", "die",
                                        "host begin:two case:two end bye:0", NULL};

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(result("one")->status, SY_STATUS_ERROR);
    cr_assert_eq(result("two")->status, SY_STATUS_PASS);
}

Test(lab_run, an_end_without_every_result_is_none)
{
    static const char *const boots[] = {"host begin:one case:one end bye:3", "host stopped",
                                        "host end bye:0", NULL};

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(result("one")->status, SY_STATUS_PASS);
    check_reason("two", "the lab died: the run inside ended with status 0 before every case "
                        "had a result; console: first words | last words");
}

Test(lab_run, a_run_inside_that_stops_gives_its_reason)
{
    static const char *const boots[] = {"host begin:one stopped", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert(g_str_has_prefix(result("one")->reason, "the lab died: the run inside stopped: no"),
              "%s", result("one")->reason);
}

Test(lab_run, an_end_after_the_last_result_does_not_matter)
{
    static const char *const boots[] = {"host begin:one case:one die", NULL};

    prepare("[one]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    cr_assert_eq(result("one")->status, SY_STATUS_PASS);
}

Test(lab_run, the_user_and_a_full_run_folder_stop_the_run_and_leave_the_case_undone)
{
    static const struct {
        const char *step;
        SyError kind;
    } table_of_stops[] = {{"cancel", SY_ERROR_CANCELLED}, {"full", SY_ERROR_RUN_FOLDER}};

    for (gsize i = 0; i < G_N_ELEMENTS(table_of_stops); i++) {
        g_autofree char *script =
            g_strdup_printf("host begin:one case:one begin:two %s", table_of_stops[i].step);
        const char *boots[] = {script, NULL};
        g_autoptr(GError) error = NULL;

        prepare("[one]\n[two]\n", "lab");
        cr_assert_not(run_labs(boots, &error));
        cr_assert(g_error_matches(error, SY_ERROR, (gint)table_of_stops[i].kind));
        cr_assert_eq(run->cases->len, 1);
        cr_assert_eq(fake_machine_ended(), 1);
        if (i == 0) {
            clear();
        }
    }
}

Test(lab_run, what_the_kernel_refuses_costs_the_case_that_it_hits)
{
    static const char *const boots[] = {"host begin:one io", "host begin:two case:two end bye:0",
                                        NULL};
    GError *error = NULL;

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, &error), "%s", error->message);
    cr_assert_eq(result("one")->status, SY_STATUS_ERROR);
    cr_assert_not_null(strstr(result("one")->reason, "cannot read events.log"), "%s",
                       result("one")->reason);
    cr_assert_eq(result("two")->status, SY_STATUS_PASS);
}

/* The journal alone gives back the run, in order and with its lab. */
Test(lab_run, the_journal_tells_it_all_again)
{
    static const char *const boots[] = {"host begin:two case:two begin:one die",
                                        "host begin:three case:three end bye:0", NULL};
    g_autoptr(GPtrArray) records = NULL;
    g_autoptr(SyRunResult) back = sy_run_result_new();
    g_autofree char *text = NULL, *again = NULL;
    g_autoptr(GError) error = NULL;

    prepare("[one]\n[two]\n[three]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    records = sy_journal_read(dir, NULL);
    cr_assert_eq(records->len, 5, "three cases and two boots");
    back->id = g_strdup("r");
    for (guint i = 0; i < records->len; i++) {
        cr_assert(
            sy_journal_entry_replay(back, g_ptr_array_index(records, i), "journal:1: $", &error),
            "%s", error ? error->message : "");
    }
    run->duration_s = back->duration_s = 0;
    text = sy_run_result_text(run);
    again = sy_run_result_text(back);
    cr_assert_str_eq(text, again);
}

Test(lab_run, a_resumed_run_takes_the_next_folder_and_goes_on_counting_boots)
{
    static const char *const first[] = {"host begin:one case:one begin:two cancel", NULL};
    static const char *const second[] = {"host begin:two case:two end bye:0", NULL};

    prepare("[one]\n[two]\n", "lab");
    cr_assert_not(run_labs(first, NULL));
    cr_assert(run_labs(second, NULL));
    cr_assert(g_str_has_suffix(boot(0)->dir, "/logs/lab-2"));
    cr_assert_eq(run->lab->boot_s->len, 2);
    cr_assert_eq(run->cases->len, 2);
}

Test(lab_run, another_image_is_another_build)
{
    static const char *const first[] = {"host begin:one case:one begin:two cancel", NULL};
    static const char *const none[] = {NULL};
    GError *error = NULL;

    prepare("[one]\n[two]\n", "lab");
    cr_assert_not(run_labs(first, NULL));
    setup.image_sha256 = "def";
    cr_assert_not(run_labs(none, &error));
    check_error(error, SY_ERROR_USAGE, "began with another lab image (abc, now def)");
}

/* Two exact runs, of which a lab died at another moment of this machine's clock. */
static char *content(const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

Test(lab_run, what_the_cases_left_comes_back_also_from_a_lab_that_died)
{
    static const char *const boots[] = {"host begin:one send:one case:one begin:two die", NULL};
    g_autofree char *file = NULL, *left = NULL;

    prepare("[one]\n[two]\n", "lab");
    cr_assert(run_labs(boots, NULL));
    file = content("logs/one/out");
    left = content("logs/lab-1/archive.tar");
    cr_assert_str_eq(file, "one");
    cr_assert_null(left, "an archive that was unpacked is waste");
}

Test(lab_run, what_was_sent_before_a_stop_is_kept)
{
    static const char *const boots[] = {"host begin:one send:one case:one begin:two cancel", NULL};
    g_autofree char *file = NULL;

    prepare("[one]\n[two]\n", "lab");
    cr_assert_not(run_labs(boots, NULL));
    file = content("logs/one/out");
    cr_assert_str_eq(file, "one");
}

/* Killed between the end of a lab and the unpacking. */
Test(lab_run, a_archive_that_a_killed_run_left_is_unpacked)
{
    static const char *const first[] = {"host begin:one send:one case:one end bye:0", NULL};
    static const char *const none[] = {NULL};
    g_autofree char *inner = NULL, *outer = NULL, *file = NULL;

    prepare("[one]\n", "lab");
    inner = g_build_filename(dir, "logs", "lab-1", "archive.tar", NULL);
    outer = g_build_filename(dir, "logs", "lab-1", NULL);
    cr_assert(sy_fs_private_dir(outer, NULL));
    {
        SyArchive *archive = sy_archive_open(inner, NULL);
        g_autofree char *base = g_build_filename(dir, "base", NULL);
        g_autofree char *folder = g_build_filename(base, "logs", "zero", NULL);
        g_autofree char *path = g_build_filename(folder, "out", NULL);

        cr_assert(sy_fs_private_dir(folder, NULL));
        cr_assert(g_file_set_contents(path, "zero", -1, NULL));
        cr_assert(sy_archive_add(archive, base, "logs/zero", NULL));
        cr_assert(sy_archive_close(archive, NULL));
    }
    cr_assert(run_labs(first, NULL));
    file = content("logs/zero/out");
    cr_assert_str_eq(file, "zero");
    cr_assert_not(g_file_test(inner, G_FILE_TEST_EXISTS));
    cr_assert(run_labs(none, NULL), "and nothing is left to do");
}

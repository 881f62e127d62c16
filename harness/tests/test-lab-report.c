/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the inside of a lab tells and sends while the runner runs. */
#include "run/lab-report.h"

#include <fcntl.h>
#include <unistd.h>

#include "run/lab-event.h"
#include "run/placement.h"
#include "tests/check.h"

/* Leaves a log, a socket's place aside, and one sample. */
static bool scribble(SyCase *c, GError **error)
{
    g_autofree char *path = g_build_filename(c->dir, "log", NULL);

    sy_case_sample(c, "figure", 1);
    return g_file_set_contents(path, c->plan->id, -1, error);
}

static const SyMetricSpec metrics[] = {
    {.name = "figure", .unit = "%", .better = SY_BETTER_TARGET, .summary = ""}, {0}};
static const SyWorkload one = {.name = "one", .metrics = metrics, .measure = scribble};
static const SyWorkload two = {.name = "two", .metrics = metrics, .measure = scribble};
static const SyWorkload *const table[] = {&one, &two, NULL};

static char *dir, *lines_path, *archive_path, *run_dir;

static void prepare(void)
{
    dir = check_folder();
    run_dir = g_build_filename(dir, "run", NULL);
    lines_path = g_build_filename(dir, "lines", NULL);
    archive_path = g_build_filename(dir, "archive.tar", NULL);
    cr_assert(sy_fs_private_dir(run_dir, NULL));
}

static void clear(void)
{
    g_free(run_dir);
    g_free(lines_path);
    g_free(archive_path);
    check_folder_remove(dir);
}

TestSuite(lab_report, .init = prepare, .fini = clear);

static SyLabReport *open_ports(const char *lines, const char *archive, GError **error)
{
    int fd = open(lines, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    cr_assert_geq(fd, 0);
    return sy_lab_report_new(run_dir, fd, sy_archive_open(archive, NULL), error);
}

static SyLabReport *open_report(const char *lines, GError **error)
{
    return open_ports(lines, archive_path, error);
}

/* Runs `text` as the inside would. */
static void run_inside(SyLabReport *report, const char *text)
{
    SyRunObserver observer = sy_lab_report_observer(report);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autoptr(SyRunResult) run = sy_run_result_new();
    g_autoptr(SyJournal) journal = sy_journal_create(run_dir, 4, NULL);
    SyRunEnv env = {.run_dir = run_dir};

    g_ptr_array_add(jobs, sy_job_parse("t.ini", text, table, NULL));
    plans = sy_matrix_expand(jobs, NULL, 2, NULL);
    cr_assert(sy_placement_decide(plans, "lab", NULL));
    cr_assert(sy_runner_run(plans, &env, run, journal, &observer, NULL));
}

/* The kinds of the lines that were sent, one letter each; every line has to be an event. */
static char *kinds(void)
{
    static const char letters[] = "hbrces";
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GString *out = g_string_new(NULL);

    cr_assert(g_file_get_contents(lines_path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] && *lines[i]; i++) {
        g_auto(SyLabEvent) event = {0};

        cr_assert(sy_lab_event_parse(lines[i], &event, NULL), "%s", lines[i]);
        g_string_append_c(out, letters[event.kind]);
        if (event.result) {
            cr_assert_str_eq(event.result->host_mode, "lab");
            cr_assert_eq(event.result->status, SY_STATUS_PASS);
        }
    }
    return g_string_free(out, FALSE);
}

Test(lab_report, a_run_is_told_step_by_step_and_its_files_are_sent)
{
    GError *error = NULL;
    SyLabReport *report = open_report(lines_path, &error);
    g_autofree char *told = NULL, *log = NULL, *out_dir = g_build_filename(dir, "out", NULL);
    g_autofree char *log_path = g_build_filename(out_dir, "logs", "two", "log", NULL);
    g_autofree char *inside = g_build_filename(run_dir, "logs", "one", NULL);
    bool complete = false;

    check_no_error(error);
    run_inside(report, "[one]\n[two]\n");
    cr_assert_not(g_file_test(inside, G_FILE_TEST_EXISTS), "the lab's disk is its memory");
    cr_assert(sy_lab_report_close(report, 0, NULL, &error));
    told = kinds();
    cr_assert_str_eq(told, "hbrrcbrrce");
    cr_assert(sy_fs_private_dir(out_dir, NULL));
    cr_assert(sy_archive_unpack(archive_path, out_dir, &complete, NULL));
    cr_assert(complete);
    cr_assert(g_file_get_contents(log_path, &log, NULL, NULL));
    cr_assert_str_eq(log, "two");
}

Test(lab_report, a_run_that_had_to_stop_says_why)
{
    g_autoptr(GError) stopped = g_error_new(SY_ERROR, SY_ERROR_IO, "no room left");
    SyLabReport *report = open_report(lines_path, NULL);
    g_autofree char *text = NULL;

    cr_assert(sy_lab_report_close(report, -1, stopped, NULL));
    cr_assert(g_file_get_contents(lines_path, &text, NULL, NULL));
    cr_assert_not_null(strstr(text, "{\"event\":\"stopped\",\"message\":\"no room left\"}\n"));
}

Test(lab_report, nobody_who_listens_is_an_error_at_once)
{
    g_autoptr(GError) error = NULL;

    cr_assert_null(open_report("/dev/full", &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_IO), "%s", error->message);
}

Test(lab_report, files_that_could_not_be_sent_are_no_orderly_end)
{
    SyLabReport *report = open_ports(lines_path, "/dev/full", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *told = NULL;

    cr_assert_not(sy_lab_report_close(report, 0, NULL, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_IO), "%s", error->message);
    told = kinds();
    cr_assert_str_eq(told, "h");
}

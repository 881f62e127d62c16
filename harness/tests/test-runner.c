/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner with workloads that do as they are told: every way a case can end. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "host/requirement.h"
#include "run/placement.h"
#include "run/runner.h"
#include "tests/check.h"

static struct {
    double samples[8];
    gboolean doubtful[8];
    int fail_setup_at; /* the setup from 0 that fails; -1: none */
    int fail_measure;  /* attempt from 0 that fails; -1: none */
    SyError fail_kind;
    int setups, measures, teardowns;
    bool ungated;    /* "figure" */
    int alive;       /* so often each measure() says that it is alive */
    bool fills_disk; /* before it fails */
} script;

/* Stands for a full disk: no file may grow over 0 bytes (EFBIG). */
static void take_room(void)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 0;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void give_room(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static bool scripted_setup(SyCase *c, GError **error)
{
    if (script.ungated) {
        sy_case_ungated(c, "figure", "too many for this host");
    }
    if (script.setups++ == script.fail_setup_at) {
        g_set_error(error, SY_ERROR, script.fail_kind, "no setup today");
        return false;
    }
    return true;
}

static bool scripted_measure(SyCase *c, GError **error)
{
    int i = script.measures++; /* doubtful repetitions are attempted again */

    for (int k = 0; k < script.alive; k++) {
        sy_case_alive(c);
    }

    if (i == script.fail_measure) {
        if (script.fills_disk) {
            take_room();
        }
        g_set_error(error, SY_ERROR, script.fail_kind, "the thing broke");
        return false;
    }
    if (script.doubtful[i]) {
        sy_case_inconclusive(c, "the host was busy in %d", i + 1);
    }
    sy_case_sample(c, "figure", script.samples[i]);
    sy_case_na(c, "absent", "n/a: not here");
    return true;
}

static void scripted_teardown(SyCase *c)
{
    (void)c;
    script.teardowns++;
}

static const SyMetricSpec metrics[] = {
    {.name = "figure", .unit = "%", .better = SY_BETTER_TARGET, .gate = 5, .summary = ""},
    {.name = "absent", .unit = "1", .better = SY_BETTER_LOWER, .summary = ""},
    {0},
};

static const SyWorkload scripted = {
    .version = SY_WORKLOAD_VERSION,
    .name = "scripted",
    .metrics = metrics,
    .setup = scripted_setup,
    .measure = scripted_measure,
    .teardown = scripted_teardown,
};

static const char *const needs_kvm[] = {"kvm", NULL};
static const SyWorkload needy = {
    .version = SY_WORKLOAD_VERSION,
    .name = "needy",
    .requires = needs_kvm,
    .metrics = metrics,
    .setup = scripted_setup,
    .measure = scripted_measure,
    .teardown = scripted_teardown,
};
static const SyWorkload *const table[] = {&scripted, &needy, NULL};

static char *dir;
static bool fresh; /* the next job's cases are */
static GPtrArray *jobs, *plans;
static SyRunEnv env;
static SyRunResult *run;
static SyJournal *journal;

static void prepare(void)
{
    memset(&script, 0, sizeof(script));
    script.fail_measure = script.fail_setup_at = -1;
    script.fail_kind = SY_ERROR_PROTOCOL;
    dir = check_folder();
    fresh = false;
    env = (SyRunEnv){.run_dir = dir};
    run = sy_run_result_new();
    journal = sy_journal_create(dir, 8, NULL);
    jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
}

static void clear(void)
{
    sy_journal_close(journal);
    sy_run_result_free(run);
    g_ptr_array_unref(jobs);
    g_clear_pointer(&plans, g_ptr_array_unref);
    check_folder_remove(dir);
}

TestSuite(runner, .init = prepare, .fini = clear);

static guint told; /* repetitions, as the observer hears of them */

static void on_repetition(const SyCasePlan *plan, guint index, guint repetition, gpointer data)
{
    (void)plan;
    (void)index;
    (void)data;
    cr_assert_leq(repetition, (guint)script.measures);
    told++;
}

/* Runs the job `text`; true if the run was not stopped. */
static bool run_job(const char *text, GError **error)
{
    const SyRunObserver observer = {.repetition = on_repetition};
    SyJob *job = sy_job_parse("t.ini", text, table, error);

    cr_assert(job);
    g_ptr_array_add(jobs, job);
    g_clear_pointer(&plans, g_ptr_array_unref);
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    cr_assert(plans && sy_placement_decide(plans, SY_HOST_MODE_NATIVE, NULL));
    for (guint i = 0; i < plans->len; i++) {
        ((SyCasePlan *)g_ptr_array_index(plans, i))->fresh = fresh;
    }
    return sy_runner_run(plans, &env, run, journal, &observer, error);
}

static const SyCaseResult *only_case(void)
{
    cr_assert_eq(run->cases->len, 1);
    return g_ptr_array_index(run->cases, 0);
}

static void set_samples(double a, double b, double c)
{
    script.samples[0] = a;
    script.samples[1] = b;
    script.samples[2] = c;
}

Test(runner, good_samples_pass_with_median_and_interval)
{
    const SyMetric *figure;

    set_samples(1, -2, 3);
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_PASS);
    figure = sy_case_result_metric(only_case(), "figure");
    cr_assert_eq(figure->median, 1);
    cr_assert_eq(figure->ci95[0], -2);
    cr_assert_eq(figure->ci95[1], 3);
    cr_assert_eq(figure->verdict, SY_VERDICT_PASS);
    cr_assert_str_eq(sy_case_result_metric(only_case(), "absent")->note, "n/a: not here");
    cr_assert_str_eq(only_case()->host_mode, "native");
    cr_assert_str_eq(only_case()->host_why, "--host native");
    cr_assert_eq(script.setups, 1);
    cr_assert_eq(script.measures, 3);
    cr_assert_eq(script.teardowns, 1);
}

Test(runner, fresh_repetitions_are_each_set_up_for_itself)
{
    fresh = true;
    set_samples(1, 90, 3);
    script.samples[3] = 2;
    script.doubtful[1] = TRUE;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_PASS);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->median, 2);
    cr_assert_eq(script.measures, 4);
    cr_assert_eq(script.setups, 4, "the doubtful one, too");
    cr_assert_eq(script.teardowns, 4);
}

Test(runner, a_fresh_repetition_that_cannot_be_set_up_ends_the_case)
{
    fresh = true;
    script.fail_setup_at = 1;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_ERROR);
    cr_assert_str_eq(only_case()->reason, "repetition 2: no setup today");
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->samples->len, 1);
    cr_assert_eq(script.teardowns, 2, "one for each setup, also the failed one");
}

Test(runner, fresh_repetitions_begin_after_pauses_that_differ)
{
    int64_t begun_ns = sy_now_ns(), took_ns;

    fresh = true;
    cr_assert(run_job("[scripted]\n", NULL));
    took_ns = sy_now_ns() - begun_ns;
    cr_assert_geq(took_ns, (int64_t)(61.8 + 23.6) * SY_NS_PER_MS, "0, 0.618 and 0.236 of 100 ms");
}

Test(runner, a_repetition_that_says_it_is_alive_is_told_again)
{
    set_samples(1, 2, 3);
    script.alive = 4;
    told = 0;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(told, 3 * (1 + 4));
}

Test(runner, one_bad_repetition_fails_although_the_median_is_fine)
{
    set_samples(0, 0, 5.1);
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_FAIL);
    cr_assert(strstr(only_case()->reason, "figure"), "%s", only_case()->reason);
    cr_assert(strstr(only_case()->reason, "1 of 3"), "%s", only_case()->reason);
}

Test(runner, a_doubtful_repetition_is_set_aside_and_taken_again)
{
    const SyDiscarded *discarded;

    set_samples(0, 90, 1);
    script.samples[3] = 2;
    script.doubtful[1] = TRUE;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_PASS);
    cr_assert_eq(script.measures, 4);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->samples->len, 3);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->median, 1);
    cr_assert_eq(only_case()->discarded->len, 1);
    discarded = g_ptr_array_index(only_case()->discarded, 0);
    cr_assert_str_eq(discarded->reason, "the host was busy in 2");
    cr_assert_eq(g_array_index(discarded->values, double, 0), 90, "its figures are kept");
}

Test(runner, only_doubtful_repetitions_are_inconclusive_and_not_prolonged)
{
    for (int i = 0; i < 8; i++) {
        script.doubtful[i] = TRUE;
        script.samples[i] = 90;
    }
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_INCONCLUSIVE);
    cr_assert(strstr(only_case()->reason, "the host was busy in 3"), "%s", only_case()->reason);
    cr_assert_eq(script.measures, 3);
    cr_assert_eq(only_case()->discarded->len, 3);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->samples->len, 0);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->verdict, SY_VERDICT_NONE);
}

Test(runner, too_few_good_repetitions_cannot_pass)
{
    for (int i = 1; i < 8; i++) {
        script.doubtful[i] = TRUE;
    }
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(script.measures, 4, "as many doubtful ones as there should be repetitions");
}

Test(runner, doubt_about_some_repetitions_does_not_hide_the_failure_of_another)
{
    for (int i = 1; i < 8; i++) {
        script.doubtful[i] = TRUE;
    }
    set_samples(9, 0, 0);
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_FAIL);
}

Test(runner, the_gates_of_a_job_file_replace_the_workloads)
{
    const SyMetric *figure;

    set_samples(5.1, 5.2, 5.3);
    cr_assert(run_job("[scripted]\ngate.figure = 6\ngate.figure.median = 5.25\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_PASS, "%s", only_case()->reason);
    figure = sy_case_result_metric(only_case(), "figure");
    cr_assert(figure->gate.limit == 6 && figure->gate.median_limit == 5.25);
    cr_assert_eq(figure->verdict, SY_VERDICT_PASS);
}

Test(runner, a_broken_median_fails_although_every_sample_is_fine)
{
    set_samples(1, 2, 3);
    cr_assert(run_job("[scripted]\ngate.figure.median = 1.5\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_FAIL);
    cr_assert_str_eq(only_case()->reason, "the median of figure, 2 %, fails its gate +-1.5 %");
}

Test(runner, the_median_of_too_few_repetitions_neither_passes_nor_fails)
{
    for (int i = 1; i < 8; i++) {
        script.doubtful[i] = TRUE;
    }
    set_samples(2, 0, 0);
    cr_assert(run_job("[scripted]\ngate.figure.median = 1.5\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->verdict, SY_VERDICT_NONE);
}

Test(runner, a_gate_on_what_was_not_measured_cannot_pass)
{
    cr_assert(run_job("[scripted]\ngate.absent.median = 0\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_INCONCLUSIVE);
    cr_assert_str_eq(only_case()->reason,
                     "the gate of absent cannot be judged: it was measured in 0 of "
                     "3 repetitions; n/a: not here");
}

Test(runner, a_gate_that_says_nothing_in_this_case_is_taken_away_with_the_reason)
{
    const SyMetric *figure;

    script.ungated = true;
    cr_assert(run_job("[scripted]\ngate.figure = 0\n", NULL));
    figure = sy_case_result_metric(only_case(), "figure");
    cr_assert_eq(only_case()->status, SY_STATUS_PASS);
    cr_assert_eq(figure->samples->len, 3);
    cr_assert_eq(figure->verdict, SY_VERDICT_NONE);
    cr_assert_str_eq(figure->note, "too many for this host");
}

Test(runner, a_failed_setup_is_an_error_and_torn_down)
{
    script.fail_setup_at = 0;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_ERROR);
    cr_assert_str_eq(only_case()->reason, "no setup today");
    cr_assert_eq(script.measures, 0);
    cr_assert_eq(script.teardowns, 1);
}

Test(runner, a_failed_repetition_is_an_error_that_names_it_and_keeps_the_samples)
{
    script.fail_measure = 2;
    script.fail_kind = SY_ERROR_TIMEOUT;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_ERROR, "a timeout is an error, not a skip");
    cr_assert_str_eq(only_case()->reason, "repetition 3: the thing broke");
    cr_assert_eq(sy_case_result_metric(only_case(), "figure")->samples->len, 2);
    cr_assert_eq(script.teardowns, 1);
}

Test(runner, an_unmet_requirement_is_a_skip_that_names_it)
{
    g_setenv("STEELYARD_NO_KVM", "1", TRUE);
    cr_assert(run_job("[needy]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_SKIP);
    cr_assert(strstr(only_case()->reason, "needs kvm"), "%s", only_case()->reason);
    cr_assert_eq(script.setups, 0);
}

Test(runner, what_the_kernel_refuses_to_a_case_is_the_error_of_that_case)
{
    script.fail_measure = 0;
    script.fail_kind = SY_ERROR_IO;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(only_case()->status, SY_STATUS_ERROR);
    cr_assert_str_eq(only_case()->reason, "repetition 1: the thing broke");
    cr_assert_eq(script.teardowns, 1);
}

Test(runner, a_run_folder_that_takes_no_file_stops_the_run_whatever_the_case_says)
{
    static const SyError kinds[] = {SY_ERROR_IO, SY_ERROR_DIED};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        GError *error = NULL;

        script.measures = script.teardowns = 0;
        script.fail_measure = 1;
        script.fail_kind = kinds[i];
        script.fills_disk = true;
        cr_assert_not(run_job("[scripted]\n", &error));
        check_error(error, SY_ERROR_RUN_FOLDER, dir);
        cr_assert_eq(run->cases->len, 0);
        cr_assert_eq(script.teardowns, 1);
        give_room();
        g_clear_pointer(&plans, g_ptr_array_unref);
    }
    script.fills_disk = false;
    script.fail_measure = -1;
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert_eq(run->cases->len, 1, "with room again it goes on");
}

Test(runner, a_case_whose_folder_cannot_be_made_stops_the_run)
{
    g_autofree char *logs = g_build_filename(dir, "logs", NULL);
    g_autoptr(GError) error = NULL;

    cr_assert(g_file_set_contents(logs, "in the way", -1, NULL));
    cr_assert_not(run_job("[scripted]\n", &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_RUN_FOLDER), "%s", error->message);
    cr_assert_eq(script.setups, 0);
}

Test(runner, finished_cases_are_not_run_again)
{
    cr_assert(run_job("[scripted]\n", NULL));
    cr_assert(run_job("[scripted x]\n", NULL));
    cr_assert_eq(script.setups, 1);
    cr_assert_eq(run->cases->len, 1);
}

Test(runner, every_finished_case_is_in_the_journal)
{
    g_autoptr(GPtrArray) records = NULL;

    cr_assert(run_job("[scripted]\n", NULL));
    records = sy_journal_read(dir, NULL);
    cr_assert_eq(records->len, 1);
    cr_assert_str_eq(json_object_get_string_member(records->pdata[0], "event"), "case");
}

Test(runner, case_folders_have_plain_bounded_names)
{
    g_autofree char *name = sy_runner_case_dir_name("a.b/c=1,d=x y/../z");
    g_autofree char *id = g_strnfill(1000, 'x');
    g_autofree char *long_name = sy_runner_case_dir_name(id);

    cr_assert_str_eq(name, "a.b.c=1,d=x.y....z");
    cr_assert_leq(strlen(long_name), 200);
    id[999] = 'y';
    {
        g_autofree char *other = sy_runner_case_dir_name(id);

        cr_assert_str_neq(long_name, other,
                          "ids that differ only beyond the cut get different folders");
    }
}

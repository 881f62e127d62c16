/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases and a lab that does as it is told, for the tests of run/lab-run; each file has its own. */
#ifndef SY_TESTS_LAB_RUN_FIXTURE_H
#define SY_TESTS_LAB_RUN_FIXTURE_H

#include "run/lab-run.h"

#include "result/run-json.h"
#include "run/placement.h"
#include "tests/check.h"
#include "tests/fake-machine.h"

static const SyMetricSpec metrics[] = {
    {.name = "figure", .unit = "%", .better = SY_BETTER_TARGET, .gate = 5, .summary = ""}, {0}};
static const SyMetricSpec timed_metrics[] = {
    {.name = "took", .unit = "%", .better = SY_BETTER_TARGET, .gate = 5, .timed = true}, {0}};
static const char *const needs_guest[] = {"kvm", "linux-guest", NULL};
static const SyWorkload one = {.name = "one", .metrics = metrics};
static const SyWorkload two = {.name = "two", .metrics = metrics};
static const SyWorkload three = {.name = "three", .metrics = metrics};
static const SyWorkload linux_guest = {
    .name = "linux", .metrics = metrics, .requires = needs_guest};
static const SyWorkload timed = {.name = "timed", .metrics = timed_metrics};
static const SyWorkload *const table[] = {&one, &two, &three, &linux_guest, &timed, NULL};

static char *dir;
static SyRunEnv env;
static SyRunRequest *request;
static GPtrArray *plans;
static SyRunResult *run;
static SyJournal *journal;
static GString *seen; /* by the observer */
static SyLabSetup setup;

static void on_begin(const SyCasePlan *plan, guint index, gpointer data)
{
    g_string_append_printf(data, "%u:%s ", index, plan->id);
}

static void on_repetition(const SyCasePlan *plan, guint index, guint repetition, gpointer data)
{
    g_string_append_printf(data, "%u:%s#%u ", index, plan->id, repetition);
}

static void on_end(const SyCaseResult *result, guint index, gpointer data)
{
    g_string_append_printf(data, "%u:%s=%s ", index, result->id, sy_status_name(result->status));
}

static void on_again(const SyCaseResult *result, guint index, gpointer data)
{
    g_string_append_printf(data, "%u:%s-again ", index, result->id);
}

/* The job `text`, all of it placed as `mode` says. */
G_GNUC_UNUSED static void prepare(const char *text, const char *mode)
{
    dir = check_folder();
    env = (SyRunEnv){.run_dir = dir};
    request = sy_run_request_new();
    request->host_mode = g_strdup(mode);
    request->release = g_strdup("10.0");
    request->qemu = g_strdup("/here/qemu");
    g_ptr_array_add(request->jobs, sy_job_parse("/here/t.ini", text, table, NULL));
    plans = sy_run_request_plans(request, NULL);
    cr_assert(sy_placement_decide(plans, mode, NULL));
    run = sy_run_result_new();
    run->id = g_strdup("r");
    journal = sy_journal_create(dir, 8, NULL);
    seen = g_string_new(NULL);
    setup = (SyLabSetup){.emulator = "/here/l0",
                         .emulator_version = "10.0.13",
                         .kernel = "/here/vmlinuz",
                         .initrd = "/here/initrd",
                         .kernel_version = "6.12.107",
                         .image_sha256 = "abc",
                         .silence_limit_s = 20,
                         .machine = &fake_machine};
}

G_GNUC_UNUSED static void clear(void)
{
    fake_machine_clear();
    sy_journal_close(journal);
    sy_run_result_free(run);
    sy_run_request_free(request);
    g_ptr_array_unref(plans);
    g_string_free(seen, TRUE);
    check_folder_remove(dir);
}

/* Runs what is left in labs that do as `boots` say; false if that was stopped. */
G_GNUC_UNUSED static bool run_labs(const char *const *boots, GError **error)
{
    const SyRunObserver observer = {.case_begin = on_begin,
                                    .repetition = on_repetition,
                                    .case_end = on_end,
                                    .case_again = on_again,
                                    .data = seen};

    fake_machine_script(boots);
    return sy_lab_run(plans, &env, &setup, request, run, journal, &observer, error);
}

G_GNUC_UNUSED static const FakeBoot *boot(guint index)
{
    cr_assert_gt(fake_machine_boots()->len, index);
    return g_ptr_array_index(fake_machine_boots(), index);
}

G_GNUC_UNUSED static const SyCaseResult *result(const char *id)
{
    const SyCaseResult *found = sy_run_result_find(run, id);

    cr_assert_not_null(found, "%s has no result", id);
    return found;
}

G_GNUC_UNUSED static void check_reason(const char *id, const char *reason)
{
    cr_assert_eq(result(id)->status, SY_STATUS_ERROR, "%s is %s", id,
                 sy_status_name(result(id)->status));
    cr_assert_str_eq(result(id)->reason, reason, "%s: %s", id, result(id)->reason);
    cr_assert_str_eq(result(id)->host_mode, "lab");
    cr_assert_eq(result(id)->metrics->len, 1);
    cr_assert_eq(((SyMetric *)g_ptr_array_index(result(id)->metrics, 0))->samples->len, 0);
}

#endif

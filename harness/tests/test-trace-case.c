/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A traced case from begin to end, with the fake trace-cmd: where the file goes, what is counted,
 * what is lost. */
#include <unistd.h>

#include "host/requirement.h"
#include "run/case-trace.h"
#include "run/runner.h"
#include "tests/check.h"
#include "tests/fake-trace.h"
#include "tests/trace-dat.h"

static char *dir;
static SyRunEnv env;
static SyCasePlan plan;
static SyCase *c;

static bool measure(SyCase *unused, GError **error)
{
    (void)unused;
    (void)error;
    return true;
}

static const SyWorkload bare = {.version = SY_WORKLOAD_VERSION, .name = "bare", .measure = measure};
static const SyWorkload *const table[] = {&bare, NULL};

static void set_up(void)
{
    static char *events[] = {(char *)"kvm", NULL};

    dir = check_folder();
    env = (SyRunEnv){.run_dir = dir};
    plan = (SyCasePlan){.id = (char *)"bare", .workload = &bare, .trace = events};
    c = g_new0(SyCase, 1);
    c->env = &env;
    c->plan = &plan;
    c->result = sy_case_result_new("bare", "bare");
    c->dir = g_build_filename(dir, "logs", "bare.x=1", NULL);
    cr_assert(sy_fs_private_dir(c->dir, NULL));
}

static void tear_down(void)
{
    sy_case_result_free(c->result);
    g_free(c->dir);
    g_free(c);
    check_folder_remove(dir);
}

TestSuite(trace_case, .init = set_up, .fini = tear_down, .timeout = 60);

/* What the fake leaves as the trace: `count` kvm_exit. */
static void make_trace(guint count)
{
    const TraceDatEvent events[] = {{"kvm", "kvm_exit", {0, 0}, {count, 0}}, {0}};
    g_autofree char *made = g_build_filename(dir, "made.dat", NULL);

    trace_dat_write(made, events);
}

static bool record(FakeTraceMode mode, GError **error)
{
    g_autoptr(SyTrace) trace = NULL;

    fake_trace_set_up(dir, mode);
    trace = sy_case_trace_begin(c, error);
    return trace && sy_case_trace_end(c, trace, error);
}

Test(trace_case, leaves_file_and_counts)
{
    g_autofree char *path = g_build_filename(dir, "traces", "bare.x=1.dat", NULL);
    g_autofree char *raw = g_build_filename(c->dir, "trace.dat", NULL);
    g_autoptr(GError) error = NULL;
    const SyTraceEvent *event;

    make_trace(100);
    cr_assert(record(FAKE_TRACE_WELL, &error), "%s", error ? error->message : "");
    cr_assert_str_eq(c->result->trace->file, "traces/bare.x=1.dat");
    cr_assert_eq(access(path, F_OK), 0);
    cr_assert_neq(access(raw, F_OK), 0);
    cr_assert_eq(c->result->trace->events->len, 1);
    event = g_ptr_array_index(c->result->trace->events, 0);
    cr_assert_str_eq(event->name, "kvm:kvm_exit");
    cr_assert_eq(event->count, 100);
    cr_assert_eq(c->result->trace->lost, 4); /* the buffer's: 3 overrun, 1 dropped */
}

/* The kernel says that it kept 100. */
Test(trace_case, events_that_never_reached_the_file_are_lost)
{
    make_trace(70);
    cr_assert(record(FAKE_TRACE_WELL, NULL));
    cr_assert_eq(c->result->trace->lost, 34);
}

Test(trace_case, more_events_than_expected_are_not_lost)
{
    make_trace(101);
    cr_assert(record(FAKE_TRACE_WELL, NULL));
    cr_assert_eq(c->result->trace->lost, 4);
}

Test(trace_case, a_failed_recording_leaves_no_counts)
{
    GError *error = NULL;

    make_trace(100);
    cr_assert_not(record(FAKE_TRACE_FULL, &error));
    check_error(error, SY_ERROR_DIED, "No space left on device");
    cr_assert_null(c->result->trace);
}

Test(trace_case, a_file_that_is_no_trace_leaves_no_counts)
{
    g_autofree char *made = g_build_filename(dir, "made.dat", NULL);
    GError *error = NULL;

    cr_assert(g_file_set_contents(made, "x", 1, NULL));
    cr_assert_not(record(FAKE_TRACE_WELL, &error));
    check_error(error, SY_ERROR_PROTOCOL, "not a complete trace");
    cr_assert_null(c->result->trace);
}

Test(trace_case, without_trace_cmd_is_skipped_with_the_remedy)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func((GDestroyNotify)sy_job_free);
    g_autoptr(GPtrArray) plans = NULL;
    g_autoptr(SyRunResult) run = sy_run_result_new();
    SyJournal *journal = sy_journal_create(dir, 1, NULL);
    const SyRunObserver quiet = {0};
    const SyCaseResult *result;

    g_ptr_array_add(jobs, sy_job_parse("x.ini", "[bare]\ntrace = kvm\n", table, NULL));
    plans = sy_matrix_expand(jobs, NULL, 0, NULL);
    g_setenv("PATH", "/nonexistent", TRUE);
    cr_assert(sy_runner_run(plans, &env, run, journal, &quiet, NULL));
    result = g_ptr_array_index(run->cases, 0);
    cr_assert_eq(result->status, SY_STATUS_SKIP);
    cr_assert_str_eq(result->reason, "needs ftrace: no trace-cmd in PATH; install it: make deps");
    sy_journal_close(journal);
}

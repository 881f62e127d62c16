/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recording kernel events, with a tracefs of plain files and a trace-cmd made of shell. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tracefs.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "observe/trace.h"
#include "tests/check.h"
#include "tests/fake-trace.h"

static char *dir, *path, *log_path;
static const char *const events[] = {"kvm", "sched:sched_switch", NULL};

/* Orphans come to this process instead of init: none can escape its eye. */
static void set_up(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    dir = check_folder();
    path = g_build_filename(dir, "out.dat", NULL);
    log_path = g_build_filename(dir, "trace-cmd.log", NULL);
}

static void tear_down(void)
{
    g_free(path);
    g_free(log_path);
    check_folder_remove(dir);
}

TestSuite(trace, .init = set_up, .fini = tear_down, .timeout = 60);

static void put(const char *name, const char *text)
{
    g_autofree char *file = g_build_filename(dir, name, NULL);

    cr_assert(g_file_set_contents(file, text, -1, NULL));
}

static SyTrace *start(FakeTraceMode mode)
{
    g_autoptr(GError) error = NULL;
    SyTrace *trace;

    fake_trace_set_up(dir, mode);
    put("made.dat", "the trace");
    trace = sy_trace_start(events, path, log_path, &error);
    cr_assert(trace, "%s", error ? error->message : "");
    return trace;
}

/* No child is left, also none that a killed one left; waits for at most 2 s. */
static void check_no_children(void)
{
    int64_t until_ns = sy_now_ns() + 2 * SY_NS_PER_S;
    pid_t got;

    do {
        got = waitpid(-1, NULL, WNOHANG);
        usleep(1000);
    } while (got >= 0 && sy_now_ns() < until_ns);
    cr_assert(got < 0 && errno == ECHILD, "a process is left");
}

/* "kvm|sched:sched_switch", "none", or "USAGE". */
static char *parsed(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) list = NULL;

    if (!sy_trace_parse(text, &list, &error)) {
        cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_USAGE));
        cr_assert_null(list);
        return g_strdup("USAGE");
    }
    return list ? g_strjoinv("|", list) : g_strdup("none");
}

Test(trace, events_are_systems_or_events_of_systems)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"kvm", "kvm"},
        {" kvm , sched:sched_switch", "kvm|sched:sched_switch"},
        {"kvm:kvm_*,sche?", "kvm:kvm_*|sche?"},
        {"none", "none"},
        {" none ", "none"},
        {"", "USAGE"},
        {" ", "USAGE"},
        {"kvm,", "USAGE"},
        {",kvm", "USAGE"},
        {"kvm,,sched", "USAGE"},
        {"none,kvm", "USAGE"},
        {"kvm,none", "USAGE"},
        {"-o", "USAGE"},
        {"kvm:", "USAGE"},
        {":kvm_exit", "USAGE"},
        {"a:b:c", "USAGE"},
        {"kvm sched", "USAGE"},
        {"kvm;reboot", "USAGE"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = parsed(cases[i].text);

        cr_expect_str_eq(got, cases[i].expected, "'%s' gave %s", cases[i].text, got);
    }
}

Test(trace, tally_tells_kept_from_lost)
{
    SyTraceTally tally = {.kept = 1000, .lost = 100};

    sy_trace_tally_add(&tally, "entries: 1\noverrun: 2\ncommit overrun: 4\nbytes: 5000\n"
                               "dropped events: 8\nread events: 16\n");
    cr_assert_eq(tally.kept, 1017);
    cr_assert_eq(tally.lost, 114);
    sy_trace_tally_add(&tally, "");
    sy_trace_tally_add(&tally, "overrun");
    sy_trace_tally_add(&tally, "no entries: 7\n\nentries 7\n");
    cr_assert_eq(tally.kept, 1017);
    cr_assert_eq(tally.lost, 114);
}

Test(trace, starts_when_the_kernel_records_and_stops_with_a_whole_file)
{
    SyTrace *trace = start(FAKE_TRACE_WELL);
    g_autofree char *on = fake_trace_buffer_file(dir, "tracing_on");
    g_autofree char *arguments = fake_trace_arguments(dir);
    g_autofree char *expected =
        g_strdup_printf("record -o %s -B steelyard-%d -C mono -b 4096 -e kvm -e sched:sched_switch",
                        path, getpid());
    g_autofree char *off = NULL, *text = NULL;
    g_autoptr(GError) error = NULL;
    SyTraceTally tally;

    cr_assert_str_eq(on, "1", "start came back before trace-cmd was ready");
    cr_assert_str_eq(arguments, expected);
    cr_assert(sy_trace_stop(trace, &tally, &error), "%s", error ? error->message : "");
    off = fake_trace_buffer_file(dir, "tracing_on");
    cr_assert_str_eq(off, "0");
    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    cr_assert_str_eq(text, "the trace");
    cr_assert_eq(tally.kept, 100);
    cr_assert_eq(tally.lost, 4);
    sy_trace_free(trace);
    check_no_children();
}

Test(trace, of_a_former_attempt_is_not_taken_for_the_new_one)
{
    SyTrace *trace;
    SyTraceTally tally;

    put("out.dat", "old");
    trace = start(FAKE_TRACE_FULL);
    cr_assert_not(sy_trace_stop(trace, &tally, NULL));
    cr_assert_neq(access(path, F_OK), 0);
    sy_trace_free(trace);
}

Test(trace, free_ends_the_recorders_too)
{
    sy_trace_free(start(FAKE_TRACE_WELL));
    check_no_children();
    sy_trace_free(NULL);
}

Test(trace, nothing_of_it_survives_kill_9)
{
    pid_t steelyard = fork();

    if (steelyard == 0) {
        start(FAKE_TRACE_WELL);
        put("started", "");
        pause();
        _exit(0);
    }
    for (int i = 0; i < 5000; i++) {
        g_autofree char *started = g_build_filename(dir, "started", NULL);

        if (access(started, F_OK) == 0) {
            break;
        }
        usleep(1000);
    }
    kill(steelyard, SIGKILL);
    check_no_children();
}

/* A buffer of a living process may have been made a moment ago, and not be held open yet. */
Test(trace, buffers_of_killed_steelyards_are_removed_and_others_are_not)
{
    g_autofree char *alive = g_strdup_printf("steelyard-sched-%d", getppid());
    const char *const others[] = {"mine", "steelyard-", "steelyard-x", "a-steelyard-12", alive};
    static const char *const stale[] = {"steelyard-1234567", "steelyard-sched-1234567"};

    for (gsize i = 0; i < G_N_ELEMENTS(stale); i++) {
        g_autofree char *one = g_build_filename(dir, "tracing/instances", stale[i], NULL);

        cr_assert_eq(g_mkdir_with_parents(one, 0700), 0);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *other = g_build_filename(dir, "tracing/instances", others[i], NULL);

        cr_assert_eq(mkdir(other, 0700), 0);
    }
    sy_trace_free(start(FAKE_TRACE_WELL));
    for (gsize i = 0; i < G_N_ELEMENTS(stale); i++) {
        g_autofree char *one = g_build_filename(dir, "tracing/instances", stale[i], NULL);

        cr_expect_neq(access(one, F_OK), 0, "%s is there", stale[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *other = g_build_filename(dir, "tracing/instances", others[i], NULL);

        cr_expect_eq(access(other, F_OK), 0, "%s is gone", others[i]);
    }
}

/* Nothing is recorded; returns the error. */
static GError *start_fails(void)
{
    GError *error = NULL;

    cr_assert_null(sy_trace_start(events, path, log_path, &error));
    check_no_children();
    return error;
}

Test(trace, refusal_is_told_in_the_words_of_trace_cmd)
{
    GError *error;

    fake_trace_set_up(dir, FAKE_TRACE_REFUSED);
    error = start_fails();
    check_error(
        error, SY_ERROR_DIED,
        "did not record; it printed: trace-cmd: Operation not permitted: Can't enable ftrace; "
        "log: trace-cmd.log");
}

Test(trace, without_trace_cmd_is_unavailable_with_the_remedy)
{
    GError *error;

    fake_trace_set_up(dir, FAKE_TRACE_WELL);
    g_setenv("PATH", "/nonexistent", TRUE);
    error = start_fails();
    check_error(error, SY_ERROR_UNAVAILABLE, "install it: make deps");
}

Test(trace, without_tracefs_is_unavailable)
{
    g_autofree char *empty = g_build_filename(dir, "empty", NULL);
    GError *error;

    fake_trace_set_up(dir, FAKE_TRACE_WELL);
    cr_assert_eq(mkdir(empty, 0700), 0);
    tracefs_set_tracing_dir(empty);
    error = start_fails();
    check_error(error, SY_ERROR_UNAVAILABLE, "cannot make the trace buffer steelyard-");
}

Test(trace, start_is_interrupted_by_cancellation)
{
    g_autofree char *forever = g_build_filename(dir, "trace-cmd", NULL);
    GError *error;

    fake_trace_set_up(dir, FAKE_TRACE_WELL);
    put("trace-cmd", "#!/bin/sh\nexec sleep 60\n");
    cr_assert_eq(chmod(forever, 0700), 0);
    sy_cancel_install();
    raise(SIGTERM);
    error = start_fails();
    check_error(error, SY_ERROR_CANCELLED, "SIGTERM");
}

static GError *stop_fails(FakeTraceMode mode)
{
    SyTrace *trace = start(mode);
    GError *error = NULL;
    SyTraceTally tally;

    usleep(200000); /* time enough to die by itself */
    cr_assert_not(sy_trace_stop(trace, &tally, &error));
    sy_trace_free(trace);
    check_no_children();
    return error;
}

Test(trace, end_before_time_is_an_error)
{
    GError *error = stop_fails(FAKE_TRACE_DIES);

    check_error(error, SY_ERROR_DIED, "ended before it was asked to; it printed: nothing");
}

Test(trace, failure_at_the_end_is_told_in_the_words_of_trace_cmd)
{
    GError *error = stop_fails(FAKE_TRACE_FULL);

    check_error(error, SY_ERROR_DIED,
                "failed; it printed: trace-cmd: No space left on device; log");
}

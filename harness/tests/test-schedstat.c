/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "host/schedstat.h"

Test(schedstat, parse_reads_the_three_fields_in_the_kernels_order)
{
    SySchedstat s;

    cr_assert(sy_schedstat_parse("18446744073709551615 42 7\n", &s, NULL));
    cr_assert_eq(s.run_ns, UINT64_MAX);
    cr_assert_eq(s.delay_ns, 42);
    cr_assert_eq(s.timeslices, 7);
}

Test(schedstat, parse_rejects_what_is_not_three_numbers)
{
    static const char *const wrong[] = {"",         "\n",
                                        "1 2",      "1 2\n",
                                        "1 2 \n",   "1 2 3 4\n",
                                        "-1 2 3\n", "1 -2 3",
                                        "1  2 3\n", " 1 2 3\n",
                                        "a b c",    "1\n2\n3\n",
                                        "1 2 3x",   "18446744073709551616 1 1",
                                        "1,2,3",    "1 2 3\n4",
                                        "0x1 2 3",  "1.5 2 3"};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        SySchedstat s;

        cr_assert_not(sy_schedstat_parse(wrong[i], &s, &error), "accepted \"%s\"", wrong[i]);
        cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_PROTOCOL));
    }
}

Test(schedstat, state_is_found_whatever_the_thread_calls_itself)
{
    char state = 0;

    cr_assert(sy_thread_state_parse("1 (CPU 0/KVM) S 1 1", &state) && state == 'S');
    cr_assert(sy_thread_state_parse("1 (a) R (b) D 1 1", &state) && state == 'D');
    cr_assert(sy_thread_state_parse("1 () ) Z 1 1", &state) && state == 'Z');
    cr_assert_not(sy_thread_state_parse("", &state));
    cr_assert_not(sy_thread_state_parse("1 (x", &state));
    cr_assert_not(sy_thread_state_parse("1 (x)", &state));
    cr_assert_not(sy_thread_state_parse("1 (x) ", &state));
    cr_assert_not(sy_thread_state_parse("1 (x) S", &state));
    cr_assert_not(sy_thread_state_parse("1 (x) 5 1", &state));
}

/* A thread that runs `busy_ns` by its own CPU clock and sleeps the rest of 20 ms, as a throttled
 * vCPU does. */
typedef struct {
    pthread_t thread;
    int64_t busy_ns; /* 20 ms: never sleeps */
    atomic_int tid;
    atomic_bool stop;
} Runner;

static void *runner_main(void *data)
{
    Runner *runner = data;
    int64_t used_ns = 0;

    prctl(PR_SET_NAME, "run) R (ner");
    atomic_store(&runner->tid, gettid());
    while (!atomic_load(&runner->stop)) {
        used_ns += runner->busy_ns;
        while (sy_clock_ns(CLOCK_THREAD_CPUTIME_ID) < used_ns && !atomic_load(&runner->stop)) {
        }
        if (runner->busy_ns < 20 * SY_NS_PER_MS) {
            /* From now, not from the period's start: it must sleep however busy the machine is. */
            sy_sleep_until_ns(sy_now_ns() + 20 * SY_NS_PER_MS - runner->busy_ns, NULL);
        }
    }
    return NULL;
}

static void runner_start(Runner *runner, int64_t busy_ns)
{
    *runner = (Runner){.busy_ns = busy_ns};
    cr_assert_eq(pthread_create(&runner->thread, NULL, runner_main, runner), 0);
    while (atomic_load(&runner->tid) == 0) {
        usleep(1000);
    }
}

static void runner_stop(Runner *runner)
{
    atomic_store(&runner->stop, true);
    pthread_join(runner->thread, NULL);
}

Test(schedstat, asleep_reading_equals_the_threads_own_cpu_clock)
{
    static const int64_t busy_ms[] = {2, 10, 18};

    for (gsize i = 0; i < G_N_ELEMENTS(busy_ms); i++) {
        g_autoptr(GError) error = NULL;
        SySchedstat before, after;
        int64_t cpu_before, cpu_after, when;
        clockid_t clock;
        Runner runner;
        bool exact;

        runner_start(&runner, busy_ms[i] * SY_NS_PER_MS);
        cr_assert_eq(pthread_getcpuclockid(runner.thread, &clock), 0);
        cr_assert(sy_schedstat_read_asleep(getpid(), runner.tid, sy_now_ns() + 5 * SY_NS_PER_S,
                                           SY_SCHEDSTAT_POLL_NS, &before, &when, &exact, &error),
                  "%s", error ? error->message : "");
        cpu_before = sy_clock_ns(clock);
        cr_assert(exact);
        sy_sleep_until_ns(sy_now_ns() + 500 * SY_NS_PER_MS, NULL);
        cr_assert(sy_schedstat_read_asleep(getpid(), runner.tid, sy_now_ns() + 5 * SY_NS_PER_S,
                                           SY_SCHEDSTAT_POLL_NS, &after, &when, &exact, NULL));
        cpu_after = sy_clock_ns(clock);
        cr_assert(exact);
        cr_assert_leq(llabs((int64_t)(after.run_ns - before.run_ns) - (cpu_after - cpu_before)),
                      200 * SY_NS_PER_US, "%ld ms busy: schedstat %ld us, CPU clock %ld us",
                      (long)busy_ms[i], (long)(after.run_ns - before.run_ns) / 1000,
                      (long)(cpu_after - cpu_before) / 1000);
        runner_stop(&runner);
    }
}

Test(schedstat, asleep_reading_of_a_running_thread_is_not_called_exact)
{
    int64_t deadline, when;
    SySchedstat s = {0};
    Runner runner;
    bool exact;

    runner_start(&runner, 20 * SY_NS_PER_MS);
    sy_sleep_until_ns(sy_now_ns() + 20 * SY_NS_PER_MS, NULL);
    for (int i = 0; i < 20; i++) {
        deadline = sy_now_ns() + 10 * SY_NS_PER_MS;
        cr_assert(sy_schedstat_read_asleep(getpid(), runner.tid, deadline, SY_SCHEDSTAT_POLL_NS, &s,
                                           &when, &exact, NULL));
        cr_assert_not(exact);
        cr_assert_geq(when, deadline);
        cr_assert_leq(when, deadline + 500 * SY_NS_PER_MS);
        cr_assert_gt(s.run_ns, 0);
    }
    runner_stop(&runner);
}

Test(schedstat, asleep_reading_of_a_sleeper_comes_at_once)
{
    int64_t start = sy_now_ns(), when;
    SySchedstat s;
    Runner runner;
    bool exact;

    runner_start(&runner, 0);
    cr_assert(sy_schedstat_read_asleep(getpid(), runner.tid, start + 5 * SY_NS_PER_S,
                                       SY_SCHEDSTAT_POLL_NS, &s, &when, &exact, NULL));
    cr_assert(exact);
    cr_assert_leq(when - start, SY_NS_PER_S);
    runner_stop(&runner);
}

Test(schedstat, state_of_a_live_thread)
{
    char state = 0;

    cr_assert(sy_thread_state(getpid(), gettid(), &state, NULL));
    cr_assert_eq(state, 'R');
}

Test(schedstat, missing_thread_is_reported_as_died)
{
    SySchedstat s;
    int64_t when;
    bool exact;
    char state;
    GError *error = NULL;
    pid_t child = fork();

    if (child == 0) {
        _exit(0);
    }
    waitpid(child, NULL, 0);
    cr_assert_not(sy_schedstat_read(child, child, &s, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED), "%s", error->message);
    g_clear_error(&error);
    cr_assert_not(sy_thread_state(child, child, &state, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED));
    g_clear_error(&error);
    cr_assert_not(
        sy_schedstat_read_asleep(child, child, 0, SY_SCHEDSTAT_POLL_NS, &s, &when, &exact, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED));
    g_clear_error(&error);
}

Test(schedstat, thread_that_ends_while_polled_is_reported_as_died)
{
    SySchedstat s;
    int64_t when, start = sy_now_ns();
    bool exact;
    GError *error = NULL;
    pid_t child = fork();

    if (child == 0) {
        while (sy_now_ns() < start + 50 * SY_NS_PER_MS) {
        }
        _exit(0);
    }
    signal(SIGCHLD, SIG_IGN); /* reaped by the kernel: no zombie to read from */
    cr_assert_not(sy_schedstat_read_asleep(child, child, start + 5 * SY_NS_PER_S,
                                           SY_SCHEDSTAT_POLL_NS, &s, &when, &exact, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED), "%s", error->message);
    cr_assert_leq(sy_now_ns(), start + 2 * SY_NS_PER_S);
    g_clear_error(&error);
}

Test(schedstat, pauses_are_an_eighth_of_the_sleep_within_bounds)
{
    cr_assert_eq(sy_schedstat_poll_ns(800000), 100000);
    cr_assert_eq(sy_schedstat_poll_ns(0), 20000);
    cr_assert_eq(sy_schedstat_poll_ns(INT64_C(1000000000)), SY_SCHEDSTAT_POLL_NS);
}

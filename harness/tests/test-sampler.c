/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/priority.h"
#include "host/requirement.h"
#include "host/switches.h"
#include "tests/check.h"
#include "workloads/throttle/sampler.h"

#define PERIOD_NS (20 * SY_NS_PER_MS)
#define QUOTA_NS (5 * SY_NS_PER_MS)

/* A process that limits itself, by the same books as the throttle: no debt is forgotten. */
static pid_t spawn_limited(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        int64_t begin_ns = sy_clock_ns(CLOCK_MONOTONIC);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int64_t i = 1;; i++) {
            int64_t next_ns = begin_ns + i * PERIOD_NS;
            struct timespec next = {next_ns / SY_NS_PER_S, next_ns % SY_NS_PER_S};

            while (sy_clock_ns(CLOCK_THREAD_CPUTIME_ID) < i * QUOTA_NS) {
            }
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
    }
    return pid;
}

static Sampling watch(pid_t pid, int64_t windows)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPerf) perf = sy_perf_open(pid, &error);
    Sampler sampler = {.pid = pid,
                       .tid = pid,
                       .perf = perf,
                       .quota_ns = QUOTA_NS,
                       .period_ns = PERIOD_NS,
                       .windows = windows};
    Sampling sampling = {0};

    if (!perf) {
        kill(pid, SIGKILL);
        cr_skip_test("%s", error->message);
    }
    cr_assert(sampler_watch(&sampler, &sampling, &error), "%s", error->message);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return sampling;
}

Test(sampler, a_thread_that_limits_itself_gets_its_quota_by_schedstat_and_sleeps_once_a_period,
     .timeout = 60)
{
    Sampling s;

    /* What others take from the thread, as run delay shows it, says nothing about the sampler. */
    g_free(sy_priority_raise());
    for (int attempt = 0; attempt < 10; attempt++) {
        s = watch(spawn_limited(), 25);
        if (s.exact && s.delay_ns <= s.wall_ns / 50) {
            break;
        }
    }
    if (s.delay_ns > s.wall_ns / 50) {
        cr_skip_test("the host is too busy: in each of 10 attempts the thread waited for a CPU for "
                     "more than 2 %% of the time, at last for %.1f ms of %.1f ms",
                     (double)s.delay_ns / SY_NS_PER_MS, (double)s.wall_ns / SY_NS_PER_MS);
    }
    cr_assert(s.exact);
    cr_assert_eq(s.wall_ns, 25 * PERIOD_NS);
    /* A busy host may shift some of it, but not much: what is owed is made up. */
    cr_assert_float_eq(s.run_ns, 25.0 * QUOTA_NS, 5.0 * QUOTA_NS);
    cr_assert_geq(s.times.sleeps, 15);
    cr_assert_leq(s.times.sleeps, s.times.slices);
    cr_assert_eq(s.use.windows, 24 * 20 + 1);
    cr_assert_leq(s.use.longest_run_ns, 5.0 * QUOTA_NS);
}

/* It is not asleep, so nobody would find it in state S; but its CPU clock stands still. */
Test(sampler, a_stopped_threads_schedstat_is_current, .timeout = 60)
{
    pid_t pid = fork();
    Sampling s;

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile int i = 0;; i++) {
        }
    }
    usleep(20000);
    kill(pid, SIGSTOP);
    usleep(20000);
    s = watch(pid, 5);
    cr_assert(s.exact);
    cr_assert_eq(s.run_ns, 0);
    cr_assert_eq(s.use.longest_run_ns, 0);
    cr_assert_float_eq(s.use.error_median_pct, 100, 1e-9);
}

Test(switches, both_kinds_are_told_apart)
{
    SySwitches s;

    cr_assert(sy_switches_parse("Name:\tx\nvoluntary_ctxt_switches:\t12\n"
                                "nonvoluntary_ctxt_switches:\t3\n",
                                &s));
    cr_assert_eq(s.voluntary, 12);
    cr_assert_eq(s.involuntary, 3);
    cr_assert_not(sy_switches_parse("", &s));
    cr_assert_not(sy_switches_parse("\nnonvoluntary_ctxt_switches:\t3\n", &s));
    cr_assert_not(sy_switches_parse("\nvoluntary_ctxt_switches:\t-1\n"
                                    "nonvoluntary_ctxt_switches:\t3\n",
                                    &s));
}

Test(switches, sleeping_is_voluntary)
{
    SySwitches before, after;
    g_autoptr(GError) error = NULL;

    cr_assert(sy_switches_read(getpid(), gettid(), &before, NULL));
    for (int i = 0; i < 5; i++) {
        usleep(1000);
    }
    cr_assert(sy_switches_read(getpid(), gettid(), &after, NULL));
    cr_assert_geq(after.voluntary, before.voluntary + 5);
    cr_assert_not(sy_switches_read(getpid(), 1 << 29, &after, &error));
    check_error(error, SY_ERROR_DIED, "does not exist");
}

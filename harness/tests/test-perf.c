/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "host/priority.h"
#include "host/requirement.h"
#include "host/schedstat.h"
#include "observe/perf.h"

Test(perf, scale_extrapolates_a_multiplexed_counter)
{
    cr_assert_eq(sy_perf_scale(1000, 500, 500), 1000);
    cr_assert_eq(sy_perf_scale(1000, 500, 250), 2000);
    cr_assert_eq(sy_perf_scale(1000, 300, 200), 1500);
    cr_assert_eq(sy_perf_scale(0, 10, 5), 0);
    cr_assert_eq(sy_perf_scale(7, 10, 0), 0);
    cr_assert_eq(sy_perf_scale(7, 0, 0), 0);
    /* raw * enabled does not fit in 64 bits. */
    cr_assert_eq(sy_perf_scale(UINT64_C(1) << 60, UINT64_C(1) << 40, UINT64_C(1) << 38), UINT64_C(1)
                                                                                             << 62);
}

Test(perf, explain_names_cause_and_remedy)
{
    g_autofree char *no_pmu = sy_perf_explain(ENOENT, 2);
    g_autofree char *no_pmu_either = sy_perf_explain(EOPNOTSUPP, 2);
    g_autofree char *paranoid = sy_perf_explain(EACCES, 3);
    g_autofree char *other = sy_perf_explain(EINVAL, 2);

    cr_assert(g_str_has_prefix(no_pmu, "n/a: ") && strstr(no_pmu, "PMU"));
    cr_assert(g_str_has_prefix(no_pmu_either, "n/a: ") && strstr(no_pmu_either, "PMU"));
    cr_assert(g_str_has_prefix(paranoid, "n/a: "));
    cr_assert(strstr(paranoid, "perf_event_paranoid=3"));
    cr_assert(strstr(paranoid, "sysctl -w kernel.perf_event_paranoid=1"));
    cr_assert(g_str_has_prefix(other, "n/a: ") && strstr(other, g_strerror(EINVAL)));
}

static void need_perf(void)
{
    const SyRequirementResult *perf = sy_requirement_check("perf-sw", NULL);

    if (!perf->met) {
        cr_skip_test("%s", perf->evidence);
    }
}

static atomic_bool stop;
static atomic_int runner_tid;

/* Runs for *data ns, sleeps for 10 ms. */
static void *runner_main(void *data)
{
    int64_t busy_ns = *(int64_t *)data, used_ns = 0;

    runner_tid = gettid();
    while (!stop) {
        used_ns += busy_ns;
        while (sy_clock_ns(CLOCK_THREAD_CPUTIME_ID) < used_ns && !stop) {
        }
        sy_sleep_until_ns(sy_now_ns() + 10 * SY_NS_PER_MS, NULL);
    }
    return NULL;
}

/* Both instruments while the thread sleeps: it got no CPU between the first reading and the last.
 */
static void read_both(SyPerf *perf, uint64_t *perf_ns, uint64_t *run_ns)
{
    SySchedstat asleep, after;
    SyPerfReading reading;
    int64_t when;
    bool exact;

    do {
        cr_assert(sy_schedstat_read_asleep(getpid(), runner_tid, sy_now_ns() + 5 * SY_NS_PER_S,
                                           SY_SCHEDSTAT_POLL_NS, &asleep, &when, &exact, NULL));
        cr_assert(exact);
        cr_assert(sy_perf_read(perf, &reading, NULL));
        cr_assert(sy_schedstat_read(getpid(), runner_tid, &after, NULL));
    } while (after.timeslices != asleep.timeslices);
    *perf_ns = reading.counts[SY_PERF_TASK_CLOCK].value;
    *run_ns = asleep.run_ns;
}

/*
 * The check that throttle.share rests on: two ways to weigh the same thread. On a shared machine
 * steal time adds to the difference (perf counts it, the scheduler does not), so the best of some
 * windows counts: noise never makes two instruments agree that do not.
 */
Test(perf, task_clock_agrees_with_schedstat_within_0_2_percent)
{
    int64_t busy_ns = 40 * SY_NS_PER_MS; /* on a busy host they part by 20 us at each switch */
    g_autoptr(GError) error = NULL;
    g_autoptr(SyPerf) perf = NULL;
    double best = INFINITY;
    pthread_t thread;

    need_perf();
    g_free(sy_priority_raise());
    pthread_create(&thread, NULL, runner_main, &busy_ns);
    while (!runner_tid) {
        usleep(1000);
    }
    perf = sy_perf_open(runner_tid, &error);
    cr_assert(perf, "%s", error ? error->message : "");
    for (int window = 0; window < 10 && fabs(best) > 0.002; window++) {
        uint64_t perf_ns[2], run_ns[2];
        double difference;

        read_both(perf, &perf_ns[0], &run_ns[0]);
        sy_sleep_until_ns(sy_now_ns() + SY_NS_PER_S, NULL);
        read_both(perf, &perf_ns[1], &run_ns[1]);
        cr_assert_gt(run_ns[1] - run_ns[0], 50 * SY_NS_PER_MS);
        difference = (double)(perf_ns[1] - perf_ns[0]) / (double)(run_ns[1] - run_ns[0]) - 1;
        best = fabs(difference) < fabs(best) ? difference : best;
    }
    stop = true;
    pthread_join(thread, NULL);
    cr_assert_leq(fabs(best), 0.002, "differ by %.3f %% at best", 100 * best);
}

Test(perf, task_clock_of_a_running_thread_is_current)
{
    int64_t busy_ns = SY_NS_PER_S * 3600, deadline_ns = sy_now_ns() + 20 * SY_NS_PER_S;
    g_autoptr(SyPerf) perf = NULL;
    SyPerfReading former, now;
    clockid_t clock;
    pthread_t thread;
    int ran = 0, moved = 0;

    need_perf();
    g_free(sy_priority_raise());
    pthread_create(&thread, NULL, runner_main, &busy_ns);
    cr_assert_eq(pthread_getcpuclockid(thread, &clock), 0);
    while (!runner_tid) {
        usleep(1000);
    }
    perf = sy_perf_open(runner_tid, NULL);
    cr_assert(perf && sy_perf_read(perf, &former, NULL));
    /* A figure that only the tick brings up to date would stand still in most of these steps. */
    while (ran < 100 && sy_now_ns() < deadline_ns) {
        int64_t before_ns = sy_clock_ns(clock);

        sy_sleep_until_ns(sy_now_ns() + 300 * SY_NS_PER_US, NULL);
        if (sy_clock_ns(clock) - before_ns >= 250 * SY_NS_PER_US) {
            cr_assert(sy_perf_read(perf, &now, NULL));
            ran++;
            moved += now.counts[SY_PERF_TASK_CLOCK].value > former.counts[SY_PERF_TASK_CLOCK].value;
            cr_assert_gt(now.when_ns, former.when_ns);
        }
        cr_assert(sy_perf_read(perf, &former, NULL));
    }
    stop = true;
    pthread_join(thread, NULL);
    cr_assert_eq(ran, 100, "the machine is too busy: the thread ran in %d steps", ran);
    cr_assert_geq(moved, 95, "moved in %d of 100 steps", moved);
}

Test(perf, each_counter_counts_or_says_why_not)
{
    g_autoptr(SyPerf) perf = NULL;
    SyPerfReading reading;

    need_perf();
    perf = sy_perf_open(gettid(), NULL);
    cr_assert(perf && sy_perf_read(perf, &reading, NULL));
    for (SyPerfCounter i = 0; i < SY_PERF_COUNTERS; i++) {
        const SyPerfCount *count = &reading.counts[i];

        cr_assert_eq(count->available, count->reason == NULL, "counter %d", (int)i);
        cr_assert(count->available || g_str_has_prefix(count->reason, "n/a: "));
    }
    cr_assert(reading.counts[SY_PERF_TASK_CLOCK].available);
    cr_assert_gt(reading.counts[SY_PERF_TASK_CLOCK].value, 0);
    /* What the requirement promises, the instrument keeps; and the reverse. */
    cr_assert_eq(reading.counts[SY_PERF_CYCLES_HOST].available,
                 sy_requirement_check("perf-hw", NULL)->met);
}

Test(perf, missing_thread_is_reported_as_died)
{
    g_autoptr(GError) error = NULL;
    pid_t child = fork();

    need_perf();
    if (child == 0) {
        _exit(0);
    }
    waitpid(child, NULL, 0);
    cr_assert_null(sy_perf_open(child, &error));
    cr_assert(g_error_matches(error, SY_ERROR, SY_ERROR_DIED), "%s", error->message);
}

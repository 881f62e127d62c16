/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recording the scheduler's events of a thread, with the kernel's own tracefs; skipped where that
 * is refused. */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/schedstat.h"
#include "observe/sched-trace.h"
#include "tests/check.h"

/* Time slices that are traced, at least. */
#define SLICES_MIN 20

TestSuite(sched_trace, .timeout = 60);

/* A process that runs for a millisecond, then sleeps for two, without end. */
static pid_t start_process(void)
{
    pid_t parent = getpid(), child = fork();

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent) {
            int64_t until_ns = sy_now_ns() + SY_NS_PER_MS;

            while (sy_now_ns() < until_ns) {
            }
            usleep(2000);
        }
        _exit(0);
    }
    cr_assert_gt(child, 0);
    return child;
}

static void stop_process(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static SySchedstat read_asleep(pid_t child, int64_t *when_ns)
{
    g_autoptr(GError) error = NULL;
    SySchedstat sched;
    bool exact = false;

    while (!exact) {
        cr_assert(sy_schedstat_read_asleep(child, child, sy_now_ns() + SY_NS_PER_S,
                                           SY_SCHEDSTAT_POLL_NS, &sched, when_ns, &exact, &error));
    }
    return sched;
}

static SySchedTrace *start(pid_t child)
{
    g_autoptr(GError) error = NULL;
    SySchedTrace *trace = sy_sched_trace_start(&child, 1, &error);

    if (!trace) {
        stop_process(child);
        cr_skip_test("%s", error->message);
    }
    return trace;
}

Test(sched_trace, the_charges_are_schedstats_and_the_switches_take_turns)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(SySchedEvent));
    pid_t child = start_process();
    g_autoptr(SySchedTrace) trace = start(child);
    int64_t from_ns, to_ns, charged_ns = 0, last_ns = 0;
    SySchedstat before = read_asleep(child, &from_ns), after;
    uint64_t lost;
    guint in = 0, out = 0;

    do { /* however long that takes on a busy host */
        cr_assert(sy_sleep_until_ns(sy_now_ns() + 3 * SY_NS_PER_MS, &error));
        after = read_asleep(child, &to_ns);
    } while (after.timeslices - before.timeslices < SLICES_MIN);
    cr_assert(sy_sched_trace_stop(trace, events, &lost, &error), "%s", error ? error->message : "");
    stop_process(child);
    cr_assert_eq(lost, 0);
    for (guint i = 0; i < events->len; i++) {
        const SySchedEvent *e = &g_array_index(events, SySchedEvent, i);

        cr_assert_eq(e->tid, child);
        cr_assert_geq(e->when_ns, last_ns);
        last_ns = e->when_ns;
        if (e->when_ns > from_ns && e->when_ns < to_ns) {
            charged_ns += e->kind == SY_SCHED_CHARGE ? e->value : 0;
            in += e->kind == SY_SCHED_IN;
            out += e->kind == SY_SCHED_OUT;
            cr_assert(in == out || in == out + 1);
        }
    }
    cr_assert_eq(in, out);
    cr_assert_eq(in, after.timeslices - before.timeslices);
    cr_assert_eq(charged_ns, after.run_ns - before.run_ns);
}

Test(sched_trace, two_recordings_leave_no_buffer_behind)
{
    pid_t child = start_process();

    for (int i = 0; i < 2; i++) {
        sy_sched_trace_free(start(child));
    }
    stop_process(child);
    sy_sched_trace_free(NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/vcpu-window.h"

#include "base/clock.h"

/* The end may be off the phase of the begin by this part of the window before it is moved on by a
 * period. */
#define LATE_LIMIT_PART 2000
/* Reading a sleeping thread takes about this long: begin so much earlier, and the reading is on
 * time. */
#define READING_NS (250 * SY_NS_PER_US)
/* So often it is moved on; then the window is taken as it is. */
#define PROLONGATIONS_MAX 20
/* So many periods may pass until the thread is found asleep for the begin. */
#define BEGIN_PERIODS 10
/* The begin lies this part into the throttled phase: late enough not to be early, early enough not
 * to be late. */
#define BEGIN_PHASE_PART 4

/* Both witnesses at one moment: if the thread was given a CPU between the two readings, they are
 * taken again. */
static bool read_both(VcpuWindow *w, int64_t deadline_ns, VcpuReading *out, GError **error)
{
    SySchedstat after;

    do {
        if (!sy_schedstat_read_asleep(w->pid, w->tid, deadline_ns, &out->sched, &out->when_ns,
                                      &out->exact, error) ||
            !sy_perf_read(w->perf, &out->perf, error) ||
            !sy_schedstat_read(w->pid, w->tid, &after, error)) {
            return false;
        }
    } while (after.timeslices != out->sched.timeslices && sy_now_ns() < deadline_ns);
    return true;
}

/* Waits until the thread is seen on its way (not asleep) or the deadline passes. */
static bool wait_awake(const VcpuWindow *w, int64_t deadline_ns, GError **error)
{
    char state = 'S';

    while (sy_now_ns() < deadline_ns) {
        if (!sy_thread_state(w->pid, w->tid, &state, error)) {
            return false;
        }
        if (state != 'S') {
            return true;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + 100 * SY_NS_PER_US, error)) {
            return false;
        }
    }
    return true;
}

bool vcpu_window_begin(VcpuWindow *w, GError **error)
{
    int64_t deadline = sy_now_ns() + BEGIN_PERIODS * w->period_ns;
    int64_t throttled_ns = w->period_ns - w->quota_ns;

    /* Awake, then asleep: that is the start of the throttled phase, not some point within it. */
    return wait_awake(w, deadline, error) && read_both(w, deadline, &w->begin, error) &&
           sy_sleep_until_ns(w->begin.when_ns + throttled_ns / BEGIN_PHASE_PART, error) &&
           read_both(w, deadline, &w->begin, error);
}

bool vcpu_window_end(VcpuWindow *w, int64_t periods, VcpuShare *out, GError **error)
{
    int64_t limit_ns = periods * w->period_ns / LATE_LIMIT_PART;

    w->target_ns = w->begin.when_ns + periods * w->period_ns;
    for (int tries = 0;; tries++) {
        if (!sy_sleep_until_ns(w->target_ns - READING_NS, error) ||
            !read_both(w, w->target_ns + w->period_ns / 2, &w->end, error)) {
            return false;
        }
        if (w->end.when_ns - w->target_ns <= limit_ns || tries == PROLONGATIONS_MAX ||
            !w->begin.exact) {
            break;
        }
        w->target_ns += w->period_ns;
    }
    *out = (VcpuShare){
        .wall_ns = w->end.when_ns - w->begin.when_ns,
        .run_ns = (int64_t)(w->end.sched.run_ns - w->begin.sched.run_ns),
        .delay_ns = (int64_t)(w->end.sched.delay_ns - w->begin.sched.delay_ns),
        .task_clock_ns = (int64_t)(w->end.perf.counts[SY_PERF_TASK_CLOCK].value -
                                   w->begin.perf.counts[SY_PERF_TASK_CLOCK].value),
        .in_phase = w->begin.exact && w->end.exact && w->end.when_ns - w->target_ns <= limit_ns,
        .perf_begin = w->begin.perf,
        .perf_end = w->end.perf,
    };
    return true;
}

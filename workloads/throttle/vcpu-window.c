/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/vcpu-window.h"

#include "base/clock.h"

/* The end is moved on by a period at most this often; then the window is taken as it is. */
#define PROLONGATIONS_MAX 20
/* Periods to wait until the thread is found asleep for the start, besides those in which it may be
 * using up credit. */
#define BEGIN_PERIODS 10
/*
 * The window starts this part of the throttled phase before the phase ends. The end of the phase is
 * on the throttle's grid of periods, while its start moves with every wait for a CPU: the later in
 * the phase, the surer the thread is asleep. A quarter is left for a reading that is late. It is at
 * least as long as a few readings, and at most half of the phase.
 */
#define BEGIN_PHASE_PART 4
#define BEGIN_READINGS 4

/* Credit is at most one quota, and a thread that has some uses it up in the time it would otherwise
 * sleep. */
static int64_t credit_periods(const VcpuWindow *w)
{
    int64_t throttled_ns = w->period_ns - w->quota_ns;

    return throttled_ns > 0 ? (w->quota_ns + throttled_ns - 1) / throttled_ns : 0;
}

static int64_t poll_ns(const VcpuWindow *w)
{
    return sy_schedstat_poll_ns(w->period_ns - w->quota_ns);
}

static bool read_witnesses(const VcpuWindow *w, int64_t deadline_ns, WitnessReading *out,
                           GError **error)
{
    return witness_read(w->pid, w->tid, w->perf, deadline_ns, poll_ns(w), out, error);
}

/* Waits until the thread is asleep, or awake; `*when_ns` is when it was found so, or the time after
 * the deadline. */
static bool wait_state(const VcpuWindow *w, bool asleep, int64_t deadline_ns, int64_t *when_ns,
                       GError **error)
{
    char state;

    for (;;) {
        if (!sy_thread_state(w->pid, w->tid, &state, error)) {
            return false;
        }
        *when_ns = sy_now_ns();
        if ((state == 'S') == asleep || *when_ns >= deadline_ns) {
            return true;
        }
        if (!sy_sleep_until_ns(*when_ns + poll_ns(w), error)) {
            return false;
        }
    }
}

/* Times three readings of the sleeping thread, including this thread's wake-up, and keeps the
 * shortest: starting that much earlier makes a reading punctual, and never early. */
static bool time_reading(VcpuWindow *w, int64_t deadline_ns, GError **error)
{
    w->reading_ns = w->period_ns;
    for (int i = 0; i < 3; i++) {
        int64_t due_ns = sy_now_ns() + poll_ns(w);

        if (!sy_sleep_until_ns(due_ns, error) ||
            !read_witnesses(w, deadline_ns, &w->begin, error)) {
            return false;
        }
        w->reading_ns = MIN(w->reading_ns, w->begin.when_ns - due_ns);
    }
    return true;
}

bool vcpu_window_begin(VcpuWindow *w, GError **error)
{
    int64_t patience_ns = (BEGIN_PERIODS + credit_periods(w)) * w->period_ns;
    int64_t deadline_ns = sy_now_ns() + patience_ns;
    int64_t throttled_ns = w->period_ns - w->quota_ns;
    int64_t woken_ns, target_ns;

    if (!time_reading(w, deadline_ns, error)) {
        return false;
    }
    do {
        /* Asleep, then awake: that is where a period starts. */
        if (!wait_state(w, true, deadline_ns, &woken_ns, error) ||
            !wait_state(w, false, deadline_ns, &woken_ns, error)) {
            return false;
        }
        target_ns = woken_ns + w->period_ns -
                    MIN(throttled_ns / 2,
                        MAX(throttled_ns / BEGIN_PHASE_PART, BEGIN_READINGS * w->reading_ns));
        /* One that was never seen awake has used up the patience, and may sleep all the same. */
        if (!sy_sleep_until_ns(target_ns - w->reading_ns, error) ||
            !read_witnesses(w, MAX(deadline_ns, target_ns + w->period_ns / 2), &w->begin, error)) {
            return false;
        }
    } while (w->begin.when_ns >= woken_ns + w->period_ns && w->begin.when_ns < deadline_ns);
    w->left_ns = woken_ns + w->period_ns - w->begin.when_ns;
    return true;
}

/*
 * How far the end may be from the same point of a period as the start before it is moved on by a
 * period. A thread that was put to sleep uses a quota, less its debt, before it sleeps again: half
 * a quota later it still sleeps. It was due to sleep for `left_ns`, which is uncertain by how late
 * its wake-up was noticed.
 */
static int64_t late_limit_ns(const VcpuWindow *w)
{
    return MAX(w->quota_ns / 2, w->left_ns / 2);
}

static void fill(const VcpuWindow *w, int64_t wall_ns, VcpuShare *out)
{
    int64_t slices = (int64_t)(w->end.sched.timeslices - w->begin.sched.timeslices);

    *out = (VcpuShare){
        .wall_ns = wall_ns,
        .from_ns = w->begin.when_ns,
        .to_ns = w->end.when_ns,
        .asleep = w->begin.exact && w->end.exact,
        .delay_ns = (int64_t)(w->end.sched.delay_ns - w->begin.sched.delay_ns),
        .times =
            {
                .run_ns = (int64_t)(w->end.sched.run_ns - w->begin.sched.run_ns),
                .task_clock_ns = witness_task_clock_ns(&w->begin, &w->end),
                .slices = slices,
                .sleeps = MIN(slices, (wall_ns + w->period_ns / 2) / w->period_ns),
            },
        .perf_begin = w->begin.perf,
        .perf_end = w->end.perf,
    };
}

bool vcpu_window_end(VcpuWindow *w, int64_t periods, VcpuShare *out, GError **error)
{
    int64_t wall_ns;
    bool in_phase;

    w->target_ns = w->begin.when_ns + periods * w->period_ns;
    for (int tries = 0;; tries++) {
        if (!sy_sleep_until_ns(w->target_ns - w->reading_ns, error) ||
            !read_witnesses(w, w->target_ns + w->period_ns / 2, &w->end, error)) {
            return false;
        }
        in_phase = w->begin.exact && w->end.exact &&
                   ABS(w->end.when_ns - w->target_ns) <= late_limit_ns(w);
        if (in_phase || tries == PROLONGATIONS_MAX || !w->begin.exact) {
            break;
        }
        w->target_ns += w->period_ns;
    }
    wall_ns = (in_phase ? w->target_ns : w->end.when_ns) - w->begin.when_ns;
    fill(w, wall_ns, out);
    out->in_phase = in_phase;
    return true;
}

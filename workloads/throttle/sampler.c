/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/sampler.h"

#include "base/clock.h"
#include "host/switches.h"

/* Readings per period; fewer where they would come closer than STEP_MIN_NS. */
#define STEPS_PER_PERIOD 20
#define STEP_MIN_NS (500 * SY_NS_PER_US)
/* How long to search for a moment when the thread is off its CPU, at either end. */
#define SEARCH_PERIODS 20
#define SEARCH_NS SY_NS_PER_S
/* Between two readings. */
#define POLL_NS (100 * SY_NS_PER_US)

static int64_t task_clock_ns(const SyPerfReading *reading)
{
    return (int64_t)reading->counts[SY_PERF_TASK_CLOCK].value;
}

/*
 * Reads both witnesses while the thread is off its CPU, asleep or not. If that takes until the
 * deadline, `exact` is false and the reading is what it is.
 */
static bool read_off_cpu(const Sampler *s, WitnessReading *out, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + SEARCH_PERIODS * s->period_ns + SEARCH_NS;

    for (;;) {
        SyPerfReading before;

        if (!sy_perf_read(s->perf, &before, error) ||
            !sy_schedstat_read(s->pid, s->tid, &out->sched, error) ||
            !sy_perf_read(s->perf, &out->perf, error)) {
            return false;
        }
        out->when_ns = out->perf.when_ns;
        out->exact = task_clock_ns(&before) == task_clock_ns(&out->perf);
        if (out->exact || out->when_ns >= deadline_ns) {
            return true;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + POLL_NS, error)) {
            return false;
        }
    }
}

static CpuReading as_reading(const SyPerfReading *perf)
{
    return (CpuReading){.when_ns = perf->when_ns, .cpu_ns = task_clock_ns(perf)};
}

/* Takes a reading at every moment of the grid, or as soon after it as this thread can; skips those
 * that it slept through. */
static bool read_grid(const Sampler *s, const WindowGrid *grid, GArray *readings, GError **error)
{
    for (size_t i = 1; i <= grid->steps; i++) {
        int64_t when_ns = grid->begin_ns + (int64_t)i * grid->step_ns;
        SyPerfReading perf;
        CpuReading reading;

        if (i < grid->steps && sy_now_ns() >= when_ns + grid->step_ns) {
            continue;
        }
        if (!sy_sleep_until_ns(when_ns, error) || !sy_perf_read(s->perf, &perf, error)) {
            return false;
        }
        reading = as_reading(&perf);
        g_array_append_val(readings, reading);
    }
    return true;
}

/*
 * perf and schedstat end a time slice at different points of a switch (observe/perf.h): with one
 * slice per period, every window lacks the same amount. The limiters count as schedstat does, so
 * perf's readings are stretched to schedstat's sum.
 */
static void stretch(GArray *readings, const CpuTimes *times)
{
    double factor = (double)times->run_ns / (double)times->task_clock_ns;
    int64_t origin_ns = g_array_index(readings, CpuReading, 0).cpu_ns;

    for (guint i = 0; i < readings->len; i++) {
        CpuReading *reading = &g_array_index(readings, CpuReading, i);

        reading->cpu_ns =
            origin_ns + (int64_t)((double)(reading->cpu_ns - origin_ns) * factor + 0.5);
    }
}

static void fill(const Sampler *s, const WitnessReading *begin, const WitnessReading *end,
                 int64_t sleeps, Sampling *out)
{
    int64_t slices = (int64_t)(end->sched.timeslices - begin->sched.timeslices);

    out->wall_ns = s->windows * s->period_ns;
    out->from_ns = begin->when_ns;
    out->to_ns = end->when_ns;
    out->span_ns = end->when_ns - begin->when_ns;
    out->delay_ns = (int64_t)(end->sched.delay_ns - begin->sched.delay_ns);
    out->exact = begin->exact && end->exact;
    out->times = (CpuTimes){
        .run_ns = (int64_t)(end->sched.run_ns - begin->sched.run_ns),
        .task_clock_ns = witness_task_clock_ns(begin, end),
        .slices = slices,
        .sleeps = MIN(slices, sleeps),
    };
}

bool sampler_watch(const Sampler *s, Sampling *out, GError **error)
{
    int64_t per_period = CLAMP(s->period_ns / STEP_MIN_NS, 1, STEPS_PER_PERIOD);
    WindowGrid grid = {.step_ns = s->period_ns / per_period,
                       .steps = (size_t)(s->windows * per_period),
                       .steps_per_window = (size_t)per_period};
    g_autoptr(GArray) readings =
        g_array_sized_new(FALSE, FALSE, sizeof(CpuReading), (guint)(grid.steps + 2));
    SySwitches before, after;
    WitnessReading begin, end;
    const CpuReading *data;
    CpuReading reading;
    double doubt_ns;

    *out = (Sampling){0};
    if (!read_off_cpu(s, &begin, error) || !sy_switches_read(s->pid, s->tid, &before, error)) {
        return false;
    }
    reading = as_reading(&begin.perf);
    g_array_append_val(readings, reading);
    grid.begin_ns = reading.when_ns;
    if (!read_grid(s, &grid, readings, error) || !read_off_cpu(s, &end, error) ||
        !sy_switches_read(s->pid, s->tid, &after, error)) {
        return false;
    }
    reading = as_reading(&end.perf);
    g_array_append_val(readings, reading);
    fill(s, &begin, &end, (int64_t)(after.voluntary - before.voluntary), out);
    if (out->times.task_clock_ns > 0) {
        stretch(readings, &out->times);
    }
    data = (const CpuReading *)(gpointer)readings->data;
    /* schedstat's sum without what was used after the last whole period. */
    out->run_ns = cpu_clock_at(data, readings->len, grid.begin_ns + out->wall_ns, &doubt_ns) -
                  (double)data[0].cpu_ns;
    window_use_judge(data, readings->len, &grid, s->quota_ns, &out->use);
    return true;
}

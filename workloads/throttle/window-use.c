/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/window-use.h"

#include <glib.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#define P99 0.99

/*
 * A thread ran without a pause between two readings if no more than this part of the step is
 * missing: interrupts and the reading itself do not count as pauses.
 */
#define PAUSE_PART 0.2

/* The first reading at or after `when_ns`, by bisection; at least 1. */
static size_t next_reading(const CpuReading *readings, size_t n, int64_t when_ns)
{
    size_t low = 1, high = n - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (readings[middle].when_ns < when_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

double cpu_clock_at(const CpuReading *readings, size_t n, int64_t when_ns, double *doubt_ns)
{
    const CpuReading *b = &readings[next_reading(readings, n, when_ns)], *a = b - 1;
    double least = (double)MAX(a->cpu_ns, b->cpu_ns - (b->when_ns - when_ns));
    double most = (double)MIN(b->cpu_ns, a->cpu_ns + (when_ns - a->when_ns));

    /* The two clocks are not read at exactly the same moment, so least may be slightly above
     * most. */
    *doubt_ns = fabs(most - least) / 2;
    return least + (most - least) / 2;
}

static double p99(double *values, size_t n)
{
    gsl_sort(values, 1, n);
    return gsl_stats_quantile_from_sorted_data(values, 1, n, P99);
}

bool window_use_summarize(const double *use_ns, const double *doubt_ns, size_t n, int64_t quota_ns,
                          WindowUse *out)
{
    g_autofree double *error_pct = g_new(double, n), *over_ns = g_new(double, n);
    g_autofree double *doubts_ns = g_new0(double, n);

    *out = (WindowUse){.windows = n};
    if (n == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        double over = use_ns[i] - (double)quota_ns;

        doubts_ns[i] = doubt_ns ? doubt_ns[i] : 0;
        error_pct[i] = 100 * fmax(0, fabs(over) - doubts_ns[i]) / (double)quota_ns;
        over_ns[i] = fmax(0, over - doubts_ns[i]);
    }
    out->error_p99_pct = p99(error_pct, n); /* sorts */
    out->error_median_pct = gsl_stats_median_from_sorted_data(error_pct, 1, n);
    out->error_max_pct = error_pct[n - 1];
    out->overrun_p99_ns = p99(over_ns, n);
    out->overrun_max_ns = over_ns[n - 1];
    out->doubt_p99_ns = p99(doubts_ns, n);
    return true;
}

/* Most CPU time used over successive readings between which the thread never paused for longer than
 * PAUSE_PART of `step_ns`, including the parts of a run at both edges. */
static double longest_run(const CpuReading *readings, size_t n, int64_t step_ns)
{
    double longest = 0, run = 0;

    for (size_t i = 1; i < n; i++) {
        double used = (double)(readings[i].cpu_ns - readings[i - 1].cpu_ns);
        double time = (double)(readings[i].when_ns - readings[i - 1].when_ns);

        run += used;
        longest = fmax(longest, run);
        if (time - used > PAUSE_PART * (double)step_ns) {
            run = used; /* what was used after the pause may all belong to the next run */
        }
    }
    return longest;
}

bool window_use_judge(const CpuReading *readings, size_t n, const WindowGrid *grid,
                      int64_t quota_ns, WindowUse *out)
{
    size_t length = grid->steps_per_window, windows;
    g_autofree double *clock_ns = NULL, *doubt_ns = NULL;

    *out = (WindowUse){0};
    if (length == 0 || grid->steps < length || n < 2 || readings[0].when_ns > grid->begin_ns ||
        readings[n - 1].when_ns < grid->begin_ns + (int64_t)grid->steps * grid->step_ns) {
        return false;
    }
    windows = grid->steps + 1 - length;
    clock_ns = g_new0(double, grid->steps + 1);
    doubt_ns = g_new0(double, grid->steps + 1);
    for (size_t i = 0; i <= grid->steps; i++) {
        clock_ns[i] =
            cpu_clock_at(readings, n, grid->begin_ns + (int64_t)i * grid->step_ns, &doubt_ns[i]);
    }
    for (size_t i = 0; i < windows; i++) { /* in place: only later ones are still needed */
        clock_ns[i] = clock_ns[i + length] - clock_ns[i];
        doubt_ns[i] += doubt_ns[i + length];
    }
    window_use_summarize(clock_ns, doubt_ns, windows, quota_ns, out);
    out->longest_run_ns = longest_run(readings, n, grid->step_ns);
    return true;
}

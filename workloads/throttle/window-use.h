/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How evenly a limited thread got its CPU time, from readings of its CPU clock: what it used in
 * every window of one period's length, and how long it ran without a pause. It is the same for
 * every kind of limiter, as it does not know how they work. Pure.
 */
#ifndef SY_WORKLOADS_THROTTLE_WINDOW_USE_H
#define SY_WORKLOADS_THROTTLE_WINDOW_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One reading of a thread's CPU clock; that clock never runs faster than time. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    int64_t cpu_ns;
} CpuReading;

/* The moments at which readings were due. */
typedef struct {
    int64_t begin_ns; /* the first moment, CLOCK_MONOTONIC */
    int64_t step_ns;
    size_t steps;            /* moments after the first */
    size_t steps_per_window; /* length of a window in steps; a window starts at every moment */
} WindowGrid;

typedef struct {
    size_t windows;
    /* 100 * |use - quota| / quota; like the overruns, less what is uncertain */
    double error_median_pct, error_p99_pct, error_max_pct;
    double overrun_p99_ns, overrun_max_ns; /* CPU time beyond the quota */
    /* CPU time used without a pause; runs at the edges count in full, so it may be two steps too
     * long */
    double longest_run_ns;
    /* uncertainty of the CPU time used in a window, +-; 0 if all readings were punctual */
    double doubt_p99_ns;
} WindowUse;

/*
 * The CPU clock at `when_ns`, from the readings before and after it: it advanced by no more than
 * the time that passed, and by no less than the later reading requires. `*doubt_ns` receives how
 * far off the returned value can be. `when_ns` must lie within the readings, which are ascending.
 */
double cpu_clock_at(const CpuReading *readings, size_t n, int64_t when_ns, double *doubt_ns);

/*
 * Compares every window of the grid with `quota_ns`. False if there is no whole window, or the
 * readings do not span the grid.
 */
bool window_use_judge(const CpuReading *readings, size_t n, const WindowGrid *grid,
                      int64_t quota_ns, WindowUse *out);

/*
 * The same where the CPU time used in each window is known, as from a simulation: each to
 * +-doubt_ns[i], or exactly if that is NULL. `longest_run_ns` stays 0. False for n = 0.
 */
bool window_use_summarize(const double *use_ns, const double *doubt_ns, size_t n, int64_t quota_ns,
                          WindowUse *out);

#endif

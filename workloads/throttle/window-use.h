/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How evenly a limited thread got its CPU time, from readings of its CPU clock: what it used in
 * every window of one period's length, and how long it ran without a pause. The same for every kind
 * of limiter, as it knows nothing of how they work. Pure.
 */
#ifndef SY_WORKLOADS_THROTTLE_WINDOW_USE_H
#define SY_WORKLOADS_THROTTLE_WINDOW_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One look at a thread's CPU clock; the clock never runs faster than time. */
typedef struct {
    int64_t when_ns; /* CLOCK_MONOTONIC */
    int64_t cpu_ns;
} CpuReading;

/* The grid on which the readings were to be taken. */
typedef struct {
    int64_t begin_ns; /* CLOCK_MONOTONIC of its first moment */
    int64_t step_ns;
    size_t steps;            /* moments after the first */
    size_t steps_per_window; /* windows are so long, and begin at every moment of the grid */
} WindowGrid;

typedef struct {
    size_t windows;
    double error_median_pct, error_p99_pct, error_max_pct; /* 100 * |use - quota| / quota, and */
    double overrun_p99_ns, overrun_max_ns; /* use beyond the quota: both as far as they are
                                              certain, that is, less the window's doubt */
    double longest_run_ns; /* CPU time used without a pause; what lies at the edges counts in full,
                              so it may be up to two steps too long */
    double doubt_p99_ns; /* a window's use is not known better than +- this; 0 if all readings were
                            punctual */
} WindowUse;

/*
 * The CPU clock at `when_ns`, from the readings before and after it: it advanced by no more than
 * the time, and by no less than what the later reading leaves no other time for. `*doubt_ns` is how
 * far off the returned value can be. `when_ns` must lie within the readings, which are in order.
 */
double cpu_clock_at(const CpuReading *readings, size_t n, int64_t when_ns, double *doubt_ns);

/*
 * Judges every window of the grid against `quota_ns`. False if there is no whole window, or the
 * readings do not span the grid.
 */
bool window_use_judge(const CpuReading *readings, size_t n, const WindowGrid *grid,
                      int64_t quota_ns, WindowUse *out);

/*
 * The same for uses of windows that are known as such, as from a simulation: each to +-`doubt_ns`,
 * or exactly if that is NULL. `longest_run_ns` stays 0. False for n = 0.
 */
bool window_use_summarize(const double *use_ns, const double *doubt_ns, size_t n, int64_t quota_ns,
                          WindowUse *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds when the values of a series changed for good: E-divisive change points. Pure. */
#ifndef SY_STATS_CHANGE_POINT_H
#define SY_STATS_CHANGE_POINT_H

#include <stddef.h>

#include <glib.h>

/* The least number of values between two change points, or between one and an end of the series:
 * fewer prove nothing. */
#define SY_CHANGE_POINT_STRETCH 5

typedef struct {
    size_t at;            /* index of the first value of the new stretch */
    double p;             /* how often chance makes a change as large in that part of the series */
    double before, after; /* medians of the stretches before and after it */
} SyChangePoint;

/*
 * The change points of `n` values in the order of time with a p of at most `level` (fixed seed; p
 * is never below 1/500). None if a value is not finite. The time is n log n times the number of
 * permutations. The caller owns the array of SyChangePoint.
 */
GArray *sy_change_points(const double *values, size_t n, double level);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the values of a series changed for good: E-divisive change points. Pure. */
#ifndef SY_STATS_CHANGE_POINT_H
#define SY_STATS_CHANGE_POINT_H

#include <stddef.h>

#include <glib.h>

/* A stretch between two change points, or an end of the series, has so many values at least: of
 * fewer, chance shows anything. */
#define SY_CHANGE_POINT_STRETCH 5

typedef struct {
    size_t at; /* index of the first value of the new stretch */
    double p;  /* how often chance makes as much of a change in that part of the series */
    double before, after; /* medians of the stretches on its two sides */
} SyChangePoint;

/*
 * The change points of `n` values in the order of time whose p is at most `level` (fixed seed; p is
 * never below 1/500). None if a value is not finite. Takes a time of n log n times the number of
 * permutations. The caller owns the array (SyChangePoint).
 */
GArray *sy_change_points(const double *values, size_t n, double level);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches a series that grows by one value at a time, and tests each time whether its level has
 * shifted for good. Assumes no distribution, but that without a shift each order of the values is
 * as likely as any other. Pure.
 */
#ifndef SY_STATS_CHANGE_POINT_H
#define SY_STATS_CHANGE_POINT_H

#include <stddef.h>

#include <glib.h>

/* The least number of values on each side of a shift: fewer prove nothing. */
#define SY_CHANGE_STRETCH 5

/* The newest values that are tested: a year of nights and a month. */
#define SY_CHANGE_WINDOW 400

typedef struct SyChangeWatch SyChangeWatch;

/* Equal values are put in order by a coin that depends on `seed`. The caller frees the watch. */
SyChangeWatch *sy_change_watch_new(guint seed);
void sy_change_watch_free(SyChangeWatch *watch);

/* Adds the next value, which is finite. The time is linear in the number of values. */
void sy_change_watch_add(SyChangeWatch *watch, double value);

/* The values that are tested, oldest first; `*n` is their number. Valid until the next call. */
const double *sy_change_watch_values(const SyChangeWatch *watch, size_t *n);

/*
 * p of the likeliest shift, for the shift of any size at any place: the chance that values without
 * a shift have a p as small is at most that. A p without interest, above a tenth or so, is given as
 * 1. `*at` is the index of the first value after the shift. The time is linear in the number of
 * values.
 */
double sy_change_watch_test(const SyChangeWatch *watch, size_t *at);

/*
 * The index of the first of `n` values after a shift, which is near the index `near`: where the
 * values lie closest to the medians of the two parts. Unlike the cut with the smallest p, it does
 * not take a high value for one that is higher for good. Both parts have at least one value.
 */
size_t sy_change_date(const double *values, size_t n, size_t near);

/* Leaves out the values before the index `at`: what comes is compared with those from there on. */
void sy_change_watch_restart(SyChangeWatch *watch, size_t at);

#endif

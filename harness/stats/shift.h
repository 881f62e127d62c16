/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By how much the values of a second sample lie above those of a first, and how sure that is. Pure.
 */
#ifndef SY_STATS_SHIFT_H
#define SY_STATS_SHIFT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Hodges & Lehmann's estimate: the median of all differences new - base, with the interval that
 * inverts the rank test of permutation.h.
 */
typedef struct {
    size_t n_base, n_new;
    double median_base, median_new;
    double shift;
    double interval[2];
    double confidence; /* what the interval has, at least what was asked for; less if so few values
                          have none: it is the whole range of the differences then */
    bool bounded;      /* it has what was asked for */
    double p;          /* sy_permutation_test() */
    double least_p;    /* sy_permutation_least_p() of so many values */
} SyShift;

/* Everything above; NAN, and `bounded` false, if a sample is empty or a value is not finite. */
void sy_shift_measure(const double *base, size_t n_base, const double *new_values, size_t n_new,
                      double confidence, SyShift *out);

/*
 * The smallest true shift that a test at `level` would find in samples of this size and spread with
 * the probability `power`; INFINITY if no shift could: there are too few values for that level.
 * From half the interval's width, which is what `confidence` makes of the estimate's standard error
 * without assuming a distribution.
 */
double sy_shift_detectable(const SyShift *shift, double level, double power);

/* How many values on each side a test at `level` needs at least to find anything. */
size_t sy_shift_least_values(double level);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shift between two samples, and its confidence interval. Pure. */
#ifndef SY_STATS_SHIFT_H
#define SY_STATS_SHIFT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Hodges & Lehmann's estimate of the shift: the median of all differences new - base, with the
 * interval that inverts the rank test of permutation.h.
 */
typedef struct {
    size_t n_base, n_new;
    double median_base, median_new;
    double shift;
    double interval[2];

    /* Of the interval: at least as requested. With too few values for that, the interval is the
     * whole range of the differences, and this its lower confidence. */
    double confidence;

    bool bounded;   /* the interval has the requested confidence */
    double p;       /* sy_permutation_test() */
    double least_p; /* sy_permutation_least_p() for this number of values */
} SyShift;

/* Fills `out`: with NAN, and `bounded` false, if a sample is empty or a value is not finite. */
void sy_shift_measure(const double *base, size_t n_base, const double *new_values, size_t n_new,
                      double confidence, SyShift *out);

/*
 * The smallest true shift that a test at `level` would find with the probability `power`, in
 * samples of this size and spread; INFINITY if there are too few values to find any. It is computed
 * from half the width of the interval, which gives the standard error without assuming a
 * distribution.
 */
double sy_shift_detectable(const SyShift *shift, double level, double power);

/* The least number of values in each sample with which a test at `level` can find anything. */
size_t sy_shift_least_values(double level);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics of one metric's repetitions: median, its confidence interval, spread. Pure. */
#ifndef SY_STATS_SAMPLE_H
#define SY_STATS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n;
    double median;
    double ci95[2]; /* 95 % bootstrap interval of the median; NAN with n < 2 */
    double min, max;
    double mad; /* median of |x - median|, unscaled */
} SySampleSummary;

/*
 * Fills `out` for `n` values in any order, which has no effect. All statistics, here and below, are
 * NAN with n = 0 or if a value is not finite.
 */
void sy_sample_summarize(const double *values, size_t n, SySampleSummary *out);

/* The median; for even n, the mean of the middle two. */
double sy_sample_median(const double *values, size_t n);

/* The value below which the part `q` of them lies, 0 to 1; interpolated between two neighbours. */
double sy_sample_quantile(const double *values, size_t n, double q);

/* The median of the distances from the median, not scaled to a normal distribution's sigma. */
double sy_sample_mad(const double *values, size_t n);

/*
 * Percentile bootstrap of the median: 95 % of the medians of 10000 resamples (fixed seed) are in
 * ci95[0]..ci95[1]. With n <= 5 that is min..max (sample.c derives it) and covers less than 95 %:
 * 1 - 2^(1-n). False and NAN for n < 2, because one value shows no spread.
 */
bool sy_sample_median_ci95(const double *values, size_t n, double ci95[2]);

#endif

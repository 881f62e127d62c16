/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interval is the percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap,
 * 1993, ch. 13): draw n values with replacement, take their median, 10000 times; 2.5 % of those
 * medians are below the interval and 2.5 % above. It assumes no distribution: repetitions of a
 * benchmark are skewed and few. The seed is fixed, so that the same results always give the same
 * interval. Its ends are values of the sorted list, not interpolated, so they do not depend on
 * rounding.
 *
 * With few repetitions: a resample's median is the minimum if more than half of the n draws are the
 * minimum; that has the probability 7/27 for n = 3, 5.1 % for n = 4, 5.8 % for n = 5, 0.9 % for n =
 * 6. While that is more than 2.5 %, the interval is min..max. The true median is within min..max
 * with the probability 1 - 2^(1-n): 75 % for n = 3, 87.5 % for n = 4, 93.75 % for n = 5. So the
 * interval deserves the name "95 %" from about n = 6.
 */
#include "stats/sample.h"

#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include <glib.h>

#define RESAMPLES 10000
#define SEED 20260101UL

/* A sorted copy; NULL without values, or if one is not finite. The caller frees. */
static double *sorted_copy(const double *values, size_t n)
{
    double *sorted;

    if (n == 0) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return NULL;
        }
    }
    sorted = g_memdup2(values, n * sizeof(*values));
    gsl_sort(sorted, 1, n);
    return sorted;
}

static double sorted_median(const double *sorted, size_t n)
{
    return gsl_stats_median_from_sorted_data(sorted, 1, n);
}

static double sorted_mad(const double *sorted, size_t n)
{
    double median = sorted_median(sorted, n), mad;
    double *distances = g_new(double, n);

    for (size_t i = 0; i < n; i++) {
        distances[i] = fabs(sorted[i] - median);
    }
    gsl_sort(distances, 1, n);
    mad = sorted_median(distances, n);
    g_free(distances);
    return mad;
}

/* The median of one resample. Counting how often each value of `sorted` is drawn replaces sorting,
 * which would take longer 10000 times. */
static double resample_median(const double *sorted, size_t n, gsl_rng *rng, unsigned *drawn,
                              double *resample)
{
    size_t filled = 0;

    memset(drawn, 0, n * sizeof(*drawn));
    for (size_t i = 0; i < n; i++) {
        drawn[gsl_rng_uniform_int(rng, n)]++;
    }
    for (size_t i = 0; i < n; i++) {
        for (unsigned k = 0; k < drawn[i]; k++) {
            resample[filled++] = sorted[i];
        }
    }
    return sorted_median(resample, n);
}

static bool sorted_ci95(const double *sorted, size_t n, double ci95[2])
{
    const size_t below = RESAMPLES * 25 / 1000;
    double *medians, *resample;
    unsigned *drawn;
    gsl_rng *rng;

    ci95[0] = ci95[1] = NAN;
    if (!sorted || n < 2) {
        return false;
    }
    medians = g_new(double, RESAMPLES);
    resample = g_new(double, n);
    drawn = g_new(unsigned, n);
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (size_t i = 0; i < RESAMPLES; i++) {
        medians[i] = resample_median(sorted, n, rng, drawn, resample);
    }
    gsl_sort(medians, 1, RESAMPLES);
    ci95[0] = medians[below];
    ci95[1] = medians[RESAMPLES - 1 - below];
    gsl_rng_free(rng);
    g_free(drawn);
    g_free(resample);
    g_free(medians);
    return true;
}

double sy_sample_median(const double *values, size_t n)
{
    g_autofree double *sorted = sorted_copy(values, n);

    return sorted ? sorted_median(sorted, n) : NAN;
}

double sy_sample_quantile(const double *values, size_t n, double q)
{
    g_autofree double *sorted = sorted_copy(values, n);

    return sorted ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, q) : NAN;
}

double sy_sample_mad(const double *values, size_t n)
{
    g_autofree double *sorted = sorted_copy(values, n);

    return sorted ? sorted_mad(sorted, n) : NAN;
}

bool sy_sample_median_ci95(const double *values, size_t n, double ci95[2])
{
    g_autofree double *sorted = sorted_copy(values, n);

    return sorted_ci95(sorted, n, ci95);
}

void sy_sample_summarize(const double *values, size_t n, SySampleSummary *out)
{
    g_autofree double *sorted = sorted_copy(values, n);

    *out = (SySampleSummary){
        .n = n, .median = NAN, .ci95 = {NAN, NAN}, .min = NAN, .max = NAN, .mad = NAN};
    if (!sorted) {
        return;
    }
    out->median = sorted_median(sorted, n);
    out->min = sorted[0];
    out->max = sorted[n - 1];
    out->mad = sorted_mad(sorted, n);
    sorted_ci95(sorted, n, out->ci95);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interval inverts the sign test (Hollander & Wolfe, Nonparametric Statistical Methods, 1973,
 * ch. 3.4-3.6): of n pairs the k-th smallest and the k-th largest, where k is the largest number
 * with P(B < k) <= (1 - confidence) / 2 and B binomial (n, 1/2). That the order is drawn makes the
 * test valid without a model of the host (Fisher, The Design of Experiments, 1935, ch. III).
 */
#include "stats/paired.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include <glib.h>

#define SEED 20260103UL

/* P(B < k) */
static double below(size_t n, size_t k)
{
    return k > 0 ? gsl_cdf_binomial_P((unsigned)k - 1, 0.5, (unsigned)n) : 0;
}

/* How many pairs lie beyond each end of the interval, with the end itself; 0: too few pairs. */
static size_t rank_of_end(size_t n, double confidence)
{
    size_t k = 0;

    while (2 * (k + 1) <= n + 1 && below(n, k + 1) <= (1 - confidence) / 2) {
        k++;
    }
    return k;
}

/* The logarithms of the ratios; NULL if one is not a positive number. The caller frees. */
static double *log_ratios(const double *with, const double *without, size_t n)
{
    double *logs = g_new(double, MAX(n, 1));

    for (size_t i = 0; i < n; i++) {
        logs[i] = with[i] > 0 && without[i] > 0 ? log(with[i]) - log(without[i]) : NAN;
        if (!isfinite(logs[i])) {
            g_free(logs);
            return NULL;
        }
    }
    return logs;
}

void sy_paired_ratio(const double *with, const double *without, size_t n, double confidence,
                     SyPairedRatio *out)
{
    g_autofree double *logs = log_ratios(with, without, n);
    size_t k = rank_of_end(n, confidence);

    *out = (SyPairedRatio){.n = n, .ratio = NAN, .interval = {NAN, NAN}, .confidence = NAN};
    if (!logs || n == 0) {
        return;
    }
    out->bounded = k > 0;
    k = MAX(k, 1);
    gsl_sort(logs, 1, n);
    out->ratio = exp(gsl_stats_median_from_sorted_data(logs, 1, n));
    out->interval[0] = exp(logs[k - 1]);
    out->interval[1] = exp(logs[n - k]);
    out->confidence = 1 - 2 * below(n, k);
}

void sy_paired_orders(bool *with_first, size_t n, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    gsl_rng_set(rng, SEED + seed);
    for (size_t i = 0; i < n; i++) {
        with_first[i] = gsl_rng_uniform_int(rng, 2) == 1;
    }
    gsl_rng_free(rng);
}

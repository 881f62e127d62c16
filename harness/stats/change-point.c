/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After Hawkins & Deng, A Nonparametric Change-Point Control Chart, Journal of Quality Technology
 * 42, 2010: at every new value, the series is cut in two where the rank sum of one part is farthest
 * from its mean, in standard deviations. Their limits come from simulation and end at one alarm in
 * 2000 values; hundreds of series need one in 40,000 and less. So the p of the cut is that of the
 * rank sum test, exact where one part is short, times the number of possible cuts (Bonferroni),
 * which is safe wherever the largest value lies.
 *
 * Ranks are kept up to date value by value, so a test costs a pass over them. Equal values get
 * their order by a coin: so the test has the same distribution for all data, with ties or without.
 */
#include "stats/change-point.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "stats/permutation.h"
#include "stats/sample.h"

/* Where the normal approximation already says that p is above this, the exact p is above 1 %. */
#define NO_INTEREST 0.5

/* How far from the cut with the smallest p the shift is looked for. */
#define NEAR 20

struct SyChangeWatch {
    size_t n;
    double values[SY_CHANGE_WINDOW];
    guint32 coins[SY_CHANGE_WINDOW]; /* the order of equal values */
    gint32 ranks[SY_CHANGE_WINDOW];  /* from 1 */
    gsl_rng *rng;
};

SyChangeWatch *sy_change_watch_new(guint seed)
{
    SyChangeWatch *watch = g_new0(SyChangeWatch, 1);

    watch->rng = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(watch->rng, seed);
    return watch;
}

void sy_change_watch_free(SyChangeWatch *watch)
{
    if (watch) {
        gsl_rng_free(watch->rng);
        g_free(watch);
    }
}

const double *sy_change_watch_values(const SyChangeWatch *watch, size_t *n)
{
    *n = watch->n;
    return watch->values;
}

void sy_change_watch_restart(SyChangeWatch *watch, size_t at)
{
    size_t left = watch->n - MIN(at, watch->n);

    for (size_t i = 0; i < watch->n - left; i++) {
        for (size_t k = watch->n - left; k < watch->n; k++) {
            watch->ranks[k] -= watch->ranks[k] > watch->ranks[i];
        }
        for (size_t k = i + 1; k < watch->n - left; k++) {
            watch->ranks[k] -= watch->ranks[k] > watch->ranks[i];
        }
    }
    memmove(watch->values, watch->values + watch->n - left, left * sizeof(*watch->values));
    memmove(watch->coins, watch->coins + watch->n - left, left * sizeof(*watch->coins));
    memmove(watch->ranks, watch->ranks + watch->n - left, left * sizeof(*watch->ranks));
    watch->n = left;
}

void sy_change_watch_add(SyChangeWatch *watch, double value)
{
    guint32 coin = (guint32)gsl_rng_get(watch->rng);
    gint32 rank = 1;

    g_return_if_fail(isfinite(value));
    if (watch->n == SY_CHANGE_WINDOW) {
        sy_change_watch_restart(watch, 1);
    }
    for (size_t i = 0; i < watch->n; i++) {
        gint32 above =
            (watch->values[i] > value) | ((watch->values[i] == value) & (watch->coins[i] > coin));

        watch->ranks[i] += above;
        rank += 1 - above;
    }
    watch->values[watch->n] = value;
    watch->coins[watch->n] = coin;
    watch->ranks[watch->n++] = rank;
}

/* The two-sided p of the rank sum test of `few` values against `many`, of which `pairs` are in the
 * rarer order. */
static double p_of_pairs(size_t few, size_t many, double pairs, double cuts)
{
    double n = (double)few, m = (double)many;
    double z = (n * m / 2 - pairs - 0.5) / sqrt(n * m * (n + m + 1) / 12);

    if (2 * gsl_cdf_ugaussian_Q(z) * cuts > NO_INTEREST) {
        return 1;
    }
    return 2 * sy_permutation_pairs_below(few, many, (size_t)pairs + 1);
}

double sy_change_watch_test(const SyChangeWatch *watch, size_t *at)
{
    size_t n = watch->n, few;
    double best = -1, best_sum = 0, sum = 0, mean = ((double)n + 1) / 2, pairs, cuts;

    *at = 0;
    if (n < 2 * SY_CHANGE_STRETCH) {
        return 1;
    }
    for (size_t k = 1; k <= n - SY_CHANGE_STRETCH; k++) {
        double off, far;

        sum += watch->ranks[k - 1];
        off = sum - (double)k * mean;
        far = off * off / ((double)k * (double)(n - k));
        if (k >= SY_CHANGE_STRETCH && far > best) {
            best = far;
            best_sum = sum;
            *at = k;
        }
    }
    /* The pairs of a value before and a later one of which the former is larger. */
    pairs = best_sum - (double)*at * ((double)*at + 1) / 2;
    pairs = fmin(pairs, (double)*at * (double)(n - *at) - pairs);
    few = MIN(*at, n - *at);
    cuts = (double)(n + 1 - 2 * SY_CHANGE_STRETCH);
    return fmin(1, cuts * p_of_pairs(few, n - few, pairs, cuts));
}

/* The sum of the distances from the median. */
static double deviation(const double *values, size_t n)
{
    double median = sy_sample_median(values, n), sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += fabs(values[i] - median);
    }
    return sum;
}

/* After Bai, Least Absolute Deviation Estimation of a Shift, Econometric Theory 11, 1995. */
size_t sy_change_date(const double *values, size_t n, size_t near)
{
    size_t first = MAX(near, NEAR + 1) - NEAR, last = MIN(near + NEAR, n - 1), at = near;
    double least = INFINITY;

    for (size_t cut = first; cut <= last; cut++) {
        double sum = deviation(values, cut) + deviation(values + cut, n - cut);

        if (sum < least) {
            least = sum;
            at = cut;
        }
    }
    return at;
}

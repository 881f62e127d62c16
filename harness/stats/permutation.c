/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test is that of Wilcoxon, Mann & Whitney on midranks, for two reasons: benchmarks have
 * outliers, which make a test of means weak; and the interval of shift.h is the inversion of this
 * test, so the two agree. The regroupings are counted, not enumerated: the number of ways to choose
 * k ranks with the sum s follows from the numbers with one rank less (Streitberg & Roehmel, Exact
 * distributions for permutation and rank tests, 1986). With ties the ranks are doubled, so that all
 * of them are whole numbers and comparisons need no tolerance. Counts are doubles: 80 over 40 is
 * 1e23, and a relative error of 1e-15 in a p does not matter.
 */
#include "stats/permutation.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>

#include <glib.h>

#define SEED 20260102UL

/* The midranks of n + m values as whole numbers; `*doubled` if they are twice the midranks. */
static guint *scores_of(const double *x, size_t n, const double *y, size_t m, bool *doubled)
{
    size_t all = n + m;
    g_autofree double *values = g_new(double, all);
    g_autofree size_t *order = g_new(size_t, all);
    guint *scores = g_new(guint, all);

    for (size_t i = 0; i < all; i++) {
        values[i] = i < n ? x[i] : y[i - n];
    }
    gsl_sort_index(order, values, 1, all);
    *doubled = false;
    for (size_t from = 0, to; from < all; from = to) {
        for (to = from + 1; to < all && values[order[to]] == values[order[from]]; to++) {
            *doubled = true;
        }
        for (size_t i = from; i < to; i++) {
            scores[order[i]] = (guint)(from + 1 + to); /* twice the mean of from + 1 .. to */
        }
    }
    for (size_t i = 0; !*doubled && i < all; i++) {
        scores[i] /= 2;
    }
    return scores;
}

/* ways[s]: the number of choices of `k` of the `all` scores with the sum s, for s up to `most`. The
 * caller frees. */
static double *count_ways(const guint *scores, size_t all, size_t k, size_t most)
{
    size_t width = most + 1;
    g_autofree double *table = g_new0(double, (k + 1) * width);

    table[0] = 1;
    for (size_t i = 0; i < all; i++) {
        for (size_t taken = MIN(k, i + 1); taken > 0; taken--) {
            double *to = table + taken * width;
            const double *from = to - width;

            for (size_t s = scores[i]; s <= most; s++) {
                to[s] += from[s - scores[i]];
            }
        }
    }
    return g_memdup2(table + k * width, width * sizeof(*table));
}

static size_t sum_of(const guint *scores, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += scores[i];
    }
    return sum;
}

/* The distance of the sum of `n` of `all` scores from its mean, times `all`. */
static guint64 distance(size_t sum, size_t total, size_t n, size_t all)
{
    gint64 d = (gint64)(sum * all) - (gint64)(total * n);

    return (guint64)(d < 0 ? -d : d);
}

static double exact_p(const guint *scores, size_t n, size_t all)
{
    size_t total = sum_of(scores, all);
    guint64 seen = distance(sum_of(scores, n), total, n, all);
    g_autofree double *ways = count_ways(scores, all, n, total);
    double far = 0, of = 0;

    for (size_t s = 0; s <= total; s++) {
        of += ways[s];
        far += distance(s, total, n, all) >= seen ? ways[s] : 0;
    }
    return far / of;
}

static double drawn_p(guint *scores, size_t n, size_t all)
{
    size_t total = sum_of(scores, all);
    guint64 seen = distance(sum_of(scores, n), total, n, all);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    guint far = 1; /* the observed grouping is one of them */

    gsl_rng_set(rng, SEED);
    for (guint i = 0; i < SY_PERMUTATION_DRAWS; i++) {
        gsl_ran_shuffle(rng, scores, all, sizeof(*scores));
        far += distance(sum_of(scores, n), total, n, all) >= seen;
    }
    gsl_rng_free(rng);
    return (double)far / (SY_PERMUTATION_DRAWS + 1);
}

static bool all_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

double sy_permutation_test(const double *x, size_t n, const double *y, size_t m)
{
    g_autofree guint *scores = NULL;
    bool doubled;

    if (n == 0 || m == 0 || !all_finite(x, n) || !all_finite(y, m)) {
        return NAN;
    }
    scores = scores_of(x, n, y, m, &doubled);
    return n + m <= SY_PERMUTATION_EXACT_MAX ? exact_p(scores, n, n + m)
                                             : drawn_p(scores, n, n + m);
}

double sy_permutation_least_p(size_t n, size_t m)
{
    return n && m ? fmin(1, 2 * exp(-gsl_sf_lnchoose((unsigned)(n + m), (unsigned)n))) : 1;
}

/*
 * P(U = u) for u = 0..n*m, without ties. The numbers of regroupings are the coefficients of a
 * Gaussian binomial: the product over i = 1..few of (1 - q^(many + i)) / (1 - q^i), multiplied out
 * up to the middle, about which they are symmetric. The caller frees.
 */
static double *pairs_distribution(size_t n, size_t m)
{
    size_t few = MIN(n, m), many = MAX(n, m), half = n * m / 2;
    double *p = g_new0(double, n *m + 1);
    double of = 0;

    p[0] = 1;
    for (size_t i = 1; i <= few; i++) {
        for (size_t u = half; u >= many + i; u--) {
            p[u] -= p[u - many - i];
        }
        for (size_t u = i; u <= half; u++) {
            p[u] += p[u - i];
        }
    }
    for (size_t u = 0; u <= n * m; u++) {
        p[u] = p[MIN(u, n * m - u)];
        of += p[u];
    }
    for (size_t u = 0; u <= n * m; u++) {
        p[u] /= of;
    }
    return p;
}

/* True if U is counted rather than approximated. */
static bool counted(size_t n, size_t m)
{
    return n + m <= SY_PERMUTATION_EXACT_MAX || MIN(n, m) <= SY_PERMUTATION_FEW;
}

/* The normal approximation's mean and sigma of U. */
static double sigma_of(size_t n, size_t m)
{
    return sqrt((double)n * (double)m * (double)(n + m + 1) / 12);
}

size_t sy_permutation_pairs(size_t n, size_t m, double tail)
{
    size_t k = 0;
    double below = 0;

    if (!counted(n, m)) {
        double mean = (double)n * (double)m / 2;
        double u = mean + gsl_cdf_gaussian_Pinv(tail, sigma_of(n, m)) + 0.5;

        return u > 0 ? (size_t)u : 0;
    }
    if (n && m) {
        g_autofree double *p = pairs_distribution(n, m);

        while (k < n * m && below + p[k] <= tail) {
            below += p[k++];
        }
    }
    return k;
}

double sy_permutation_pairs_below(size_t n, size_t m, size_t k)
{
    double below = 0;

    if (!counted(n, m)) {
        return gsl_cdf_gaussian_P((double)k - 0.5 - (double)n * (double)m / 2, sigma_of(n, m));
    }
    if (n && m) {
        g_autofree double *p = pairs_distribution(n, m);

        for (size_t u = 0; u < k && u <= n * m; u++) {
            below += p[u];
        }
    }
    return below;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After Matteson & James, A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data, 2014. Of all cuts of a stretch in two, take the one with the largest energy
 * distance
 *
 *     q = n m / (n + m) * (2 mean|x - y| - mean|x - x'| - mean|y - y'|)
 *
 * (means over pairs of different values). If hardly any permutation of the stretch has a q as
 * large, cut there and go on with both parts. As in the change detection of MongoDB and Otava, the
 * second part always reaches to the end of the stretch, and only the stretch that is being cut is
 * permuted, so the cuts of one part do not depend on the other.
 *
 * Moving a cut by one value moves that value's distances from one sum to another. The sum of |v -
 * u| over all u before v follows from the number and the sum of the smaller ones, which a Fenwick
 * tree over the ranks provides. So a permutation takes n log n, not n^2.
 */
#include "stats/change-point.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <string.h>

#include "stats/sample.h"

#define PERMUTATIONS 499
#define SEED 20260103UL
#define SAME 1e-9 /* relative: a smaller difference of sums is rounding */

/* A stretch to be cut: its values, and everything that does not depend on their order. */
typedef struct {
    size_t n;
    double *sorted; /* distinct values, ascending */
    size_t distinct;
    size_t *rank;   /* of each value in `sorted`, from 1; permuted */
    double *to_all; /* by rank: the sum of the distances to all values of the stretch */
    double pairs;   /* sum of the distances of all pairs */
    double *sums;   /* the tree, with `counts` */
    size_t *counts;
} Stretch;

static void tree_add(Stretch *s, size_t rank)
{
    for (size_t i = rank; i <= s->distinct; i += i & -i) {
        s->sums[i] += s->sorted[rank - 1];
        s->counts[i]++;
    }
}

/* Count and sum of the added values with a rank of at most `rank`. */
static void tree_below(const Stretch *s, size_t rank, size_t *count, double *sum)
{
    *count = 0;
    *sum = 0;
    for (size_t i = rank; i > 0; i -= i & -i) {
        *count += s->counts[i];
        *sum += s->sums[i];
    }
}

/* The largest q of all cuts of the stretch in its present order; `*at` is where. */
static double best_cut(Stretch *s, size_t *at)
{
    double before = 0, after = s->pairs, between = 0, added_sum = 0, best = -INFINITY;

    memset(s->sums, 0, (s->distinct + 1) * sizeof(*s->sums));
    memset(s->counts, 0, (s->distinct + 1) * sizeof(*s->counts));
    for (size_t i = 0; i + 1 < s->n; i++) {
        size_t rank = s->rank[i], below, n = i + 1, m = s->n - n;
        double value = s->sorted[rank - 1], below_sum, to_before, to_after, q;

        tree_below(s, rank, &below, &below_sum);
        to_before = value * (double)below - below_sum + (added_sum - below_sum) -
                    value * (double)(i - below);
        to_after = s->to_all[rank - 1] - to_before;
        before += to_before;
        after -= to_after;
        between += to_after - to_before;
        tree_add(s, rank);
        added_sum += value;
        if (n < SY_CHANGE_POINT_STRETCH || m < SY_CHANGE_POINT_STRETCH) {
            continue;
        }
        q = (double)n * (double)m / (double)(n + m) *
            (2 * between / ((double)n * (double)m) - 2 * before / ((double)n * (double)(n - 1)) -
             2 * after / ((double)m * (double)(m - 1)));
        if (q > best) {
            best = q;
            *at = n;
        }
    }
    return best;
}

static void stretch_init(Stretch *s, const double *values, size_t n)
{
    *s = (Stretch){.n = n, .sorted = g_memdup2(values, n * sizeof(*values))};
    s->rank = g_new(size_t, n);
    gsl_sort(s->sorted, 1, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || s->sorted[i] != s->sorted[s->distinct - 1]) {
            s->sorted[s->distinct++] = s->sorted[i];
        }
    }
    s->to_all = g_new0(double, s->distinct);
    s->sums = g_new0(double, s->distinct + 1);
    s->counts = g_new0(size_t, s->distinct + 1);
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = s->distinct;

        while (high - low > 1) {
            size_t middle = (low + high) / 2;

            *(s->sorted[middle] <= values[i] ? &low : &high) = middle;
        }
        s->rank[i] = low + 1;
    }
    for (size_t k = 0; k < s->distinct; k++) {
        for (size_t i = 0; i < n; i++) {
            s->to_all[k] += fabs(values[i] - s->sorted[k]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        s->pairs += s->to_all[s->rank[i] - 1] / 2;
    }
}

static void stretch_clear(Stretch *s)
{
    g_free(s->sorted);
    g_free(s->rank);
    g_free(s->to_all);
    g_free(s->sums);
    g_free(s->counts);
}

/* Cuts values[from..to) if the cut is significant, then both parts. Appends in the order of
 * time. */
static void cut(const double *values, size_t from, size_t to, double level, gsl_rng *rng,
                GArray *points)
{
    size_t at = 0, ignored;
    guint as_large = 1;
    double seen;
    Stretch s;

    if (to - from < 2 * SY_CHANGE_POINT_STRETCH) {
        return;
    }
    stretch_init(&s, values + from, to - from);
    seen = best_cut(&s, &at);
    if (s.distinct == 1) {
        as_large = PERMUTATIONS + 1;
    }
    /* Stops drawing once the cut can no longer become significant. */
    for (guint i = 0; i < PERMUTATIONS && as_large <= level * (PERMUTATIONS + 1); i++) {
        gsl_ran_shuffle(rng, s.rank, s.n, sizeof(*s.rank));
        as_large += best_cut(&s, &ignored) >= seen - fabs(seen) * SAME;
    }
    stretch_clear(&s);
    if (as_large <= level * (PERMUTATIONS + 1)) {
        SyChangePoint point = {.at = from + at, .p = (double)as_large / (PERMUTATIONS + 1)};

        cut(values, from, from + at, level, rng, points);
        g_array_append_val(points, point);
        cut(values, from + at, to, level, rng, points);
    }
}

GArray *sy_change_points(const double *values, size_t n, double level)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(SyChangePoint));
    g_autofree double *from_first = g_new(double, n);
    gsl_rng *rng;

    for (size_t i = 0; i < n; i++) {
        from_first[i] =
            values[i] - values[0]; /* keeps the digits of small changes in large values */
        if (!isfinite(from_first[i])) {
            return points;
        }
    }
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    cut(from_first, 0, n, level, rng, points);
    gsl_rng_free(rng);
    for (guint i = 0; i < points->len; i++) {
        SyChangePoint *p = &g_array_index(points, SyChangePoint, i);
        size_t from = i ? p[-1].at : 0, to = i + 1 < points->len ? p[1].at : n;

        p->before = sy_sample_median(values + from, p->at - from);
        p->after = sy_sample_median(values + p->at, to - p->at);
    }
    return points;
}

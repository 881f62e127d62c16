/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Do two samples come from one distribution: the permutation test of their rank sum. Pure. */
#ifndef SY_STATS_PERMUTATION_H
#define SY_STATS_PERMUTATION_H

#include <stdbool.h>
#include <stddef.h>

/* Up to so many values of both samples together every regrouping is counted; beyond, as many as the
 * next line says are drawn. */
#define SY_PERMUTATION_EXACT_MAX 80
#define SY_PERMUTATION_DRAWS 20000

/*
 * The two-sided p of `n` values against `m` others: the share of all ways to deal the n + m values
 * out whose rank sum is as far from its mean as the one seen. Equal values share their mean rank,
 * so the answer is exact with ties, too. Beyond SY_PERMUTATION_EXACT_MAX it is estimated from drawn
 * regroupings (fixed seed), and never 0. NAN if a sample is empty or a value is not finite. In
 * whatever order the values come, the exact p is the same.
 */
double sy_permutation_test(const double *x, size_t n, const double *y, size_t m);

/* The least p that n against m values can have, without ties: 2 / (n + m over n). */
double sy_permutation_least_p(size_t n, size_t m);

/*
 * How many of the n * m pairs (x, y) with y < x there are at most in the lowest `tail` of all
 * regroupings of n + m different values: the largest k with P(U < k) <= tail, 0 if there is none.
 * By the normal approximation beyond SY_PERMUTATION_EXACT_MAX.
 */
size_t sy_permutation_pairs(size_t n, size_t m, double tail);

/* P(U < k) of the same. */
double sy_permutation_pairs_below(size_t n, size_t m, size_t k);

#endif

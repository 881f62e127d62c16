/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests if two samples come from one distribution: the permutation test of their rank sum. Pure. */
#ifndef SY_STATS_PERMUTATION_H
#define SY_STATS_PERMUTATION_H

#include <stdbool.h>
#include <stddef.h>

/* The largest n + m for which all regroupings are counted. */
#define SY_PERMUTATION_EXACT_MAX 80

/* The pairs of two samples are counted, whatever their sum, if one has no more values than this. */
#define SY_PERMUTATION_FEW 20

/* The number of random regroupings that are drawn for more values. */
#define SY_PERMUTATION_DRAWS 20000

/*
 * The two-sided p of `n` values against `m` others: of all ways to divide the n + m values into
 * groups of n and m, the fraction whose rank sum is at least as far from its mean as the observed
 * one. Equal values get their mean rank, so p is exact with ties, too. Beyond
 * SY_PERMUTATION_EXACT_MAX, p is estimated from random regroupings (fixed seed), and never 0. NAN
 * if a sample is empty or a value is not finite. The exact p does not depend on the order of the
 * values.
 */
double sy_permutation_test(const double *x, size_t n, const double *y, size_t m);

/* The smallest p that n against m values can have without ties: 2 / (n + m over n). */
double sy_permutation_least_p(size_t n, size_t m);

/*
 * The largest k with P(U < k) <= tail, or 0 without one. U is the number of the n * m pairs (x, y)
 * with y < x, over all regroupings of n + m different values. Where n + m is beyond
 * SY_PERMUTATION_EXACT_MAX and both are beyond SY_PERMUTATION_FEW, by the normal approximation.
 */
size_t sy_permutation_pairs(size_t n, size_t m, double tail);

/* P(U < k), with the same U. */
double sy_permutation_pairs_below(size_t n, size_t m, size_t k);

#endif

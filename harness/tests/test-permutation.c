/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reference values are those of R 4.2, wilcox.test() of package stats, for data that come with R or
 * with its documentation. */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "stats/permutation.h"

/* The example of ?wilcox.test: Hollander & Wolfe 1973, p. 69f, permeability constants of the human
 * chorioamnion; R prints W = 35, one-sided p-value = 0.1272. */
static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double before_term[] = {1.15, 0.88, 0.90, 0.74, 1.21};

Test(permutation, agrees_with_R_on_hollander_and_wolfe)
{
    cr_assert_float_eq(sy_permutation_test(term, 10, before_term, 5), 0.254412254412254, 1e-14);
    cr_assert_float_eq(sy_permutation_test(before_term, 5, term, 10), 0.254412254412254, 1e-14);
}

/* chickwts of R: weights of chicks on horsebean and on linseed; R says 0.007145. */
Test(permutation, agrees_with_R_on_chickwts)
{
    const double horsebean[] = {179, 160, 136, 227, 217, 168, 108, 124, 143, 140};
    const double linseed[] = {309, 229, 181, 141, 260, 203, 148, 169, 213, 257, 244, 271};

    cr_assert_float_eq(sy_permutation_test(horsebean, 10, linseed, 12), 0.00714455822814956, 1e-15);
}

/* sleep of R (Student 1908), which has ties: of the 184756 groupings that combn(20, 10) lists,
 * 6.58165364047717 % have a sum of midranks as far from 105. */
Test(permutation, is_exact_with_ties)
{
    const double one[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    const double two[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

    cr_assert_float_eq(sy_permutation_test(one, 10, two, 10), 0.0658165364047717, 1e-15);
}

/* Samples that do not overlap: two of all groupings are as extreme. */
Test(permutation, least_p_is_that_of_samples_apart)
{
    double low[10], high[10];

    for (int n = 1; n <= 10; n++) {
        low[n - 1] = n;
        high[n - 1] = 100 + n;
        cr_assert_float_eq(sy_permutation_test(low, n, high, n), sy_permutation_least_p(n, n),
                           1e-14, "n = %d", n);
    }
    cr_assert_float_eq(sy_permutation_least_p(5, 5), 2.0 / 252, 1e-14);
    cr_assert_float_eq(sy_permutation_least_p(10, 10), 2.0 / 184756, 1e-16);
}

Test(permutation, equal_values_say_nothing)
{
    const double same[] = {7, 7, 7, 7};

    cr_assert_eq(sy_permutation_test(same, 4, same, 3), 1);
    cr_assert(isnan(sy_permutation_test(same, 4, same, 0)));
    cr_assert(isnan(sy_permutation_test((const double[]){1, NAN}, 2, same, 3)));
}

/* The drawn p lies within five standard errors of the exact one: R's wilcox.test(exact = TRUE) has
 * W = 1035, p-value = 0.1397058. */
Test(permutation, large_samples_are_drawn_with_a_fixed_seed)
{
    const double exact = 0.139705808254;
    double x[50], y[50], p;
    int u = 0;

    for (int i = 0; i < 50; i++) {
        x[i] = 2 * i;
        y[i] = 2 * i + 9.3 + 0.01 * i;
    }
    for (int i = 0; i < 50; i++) {
        for (int k = 0; k < 50; k++) {
            u += y[k] < x[i];
        }
    }
    cr_assert_eq(u, 1035);
    p = sy_permutation_test(x, 50, y, 50);
    cr_assert_float_eq(p, exact, 5 * sqrt(exact * (1 - exact) / SY_PERMUTATION_DRAWS));
    cr_assert_eq(p, sy_permutation_test(x, 50, y, 50));
}

/* qwilcox(c(0.005, 0.025), 10, 10) is 17 and 24 in R: the smallest u with P(U <= u) >= tail, which
 * is the largest with P(U < u) below it; pwilcox(16, ...) and pwilcox(23, ...) are those
 * probabilities. */
Test(permutation, pairs_agree_with_qwilcox_and_pwilcox)
{
    cr_assert_eq(sy_permutation_pairs(10, 10, 0.005), 17);
    cr_assert_eq(sy_permutation_pairs(10, 10, 0.025), 24);
    cr_assert_float_eq(sy_permutation_pairs_below(10, 10, 17), 0.00446534889259347, 1e-16);
    cr_assert_float_eq(sy_permutation_pairs_below(10, 10, 24), 0.0216285262724891, 1e-15);
    cr_assert_eq(sy_permutation_pairs(3, 3, 0.005), 0);
    cr_assert_eq(sy_permutation_pairs(0, 3, 0.5), 0);
}

/* At the limit the approximation takes over from the counting; it is off by one pair at most. */
Test(permutation, pairs_of_large_samples_continue_those_of_small_ones)
{
    double exact = (double)sy_permutation_pairs(40, 40, 0.005) / (40 * 40);
    double normal = (double)sy_permutation_pairs(41, 41, 0.005) / (41 * 41);

    cr_assert_float_eq(exact, normal, 0.004);
    cr_assert_leq(sy_permutation_pairs_below(41, 41, sy_permutation_pairs(41, 41, 0.005)), 0.005);
    cr_assert_gt(sy_permutation_pairs_below(41, 41, sy_permutation_pairs(41, 41, 0.005) + 1),
                 0.005);
}

/* With a few values against many, the normal approximation would be far too large in its tail. Of
 * the ways to choose 5 of 105 places, 1, 1, 2, 3, 5 and 7 have 0 to 5 pairs (partitions). */
Test(permutation, pairs_of_a_few_values_against_many_are_counted)
{
    const double ways = 96560646; /* 105 over 5 */

    cr_assert_float_eq(sy_permutation_pairs_below(5, 100, 1), 1 / ways, 1e-20);
    cr_assert_float_eq(sy_permutation_pairs_below(100, 5, 6), 19 / ways, 1e-19);
    cr_assert_eq(sy_permutation_pairs(5, 100, 19.5 / ways), 6);
    cr_assert_float_eq(sy_permutation_pairs_below(5, 100, 501), 1, 1e-12);
}

/* A/A with exponential values, which are far from normal: p <= 1 % in about 1 % of 20000 trials
 * (0.0089 in R for 10 against 10 without ties; five standard errors of such a rate are 0.0034). */
Test(permutation, false_alarms_are_as_many_as_the_level_says)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int alarms = 0;

    gsl_rng_set(rng, 11);
    for (int trial = 0; trial < 20000; trial++) {
        double x[10], y[10];

        for (int i = 0; i < 10; i++) {
            x[i] = gsl_ran_exponential(rng, 3);
            y[i] = gsl_ran_exponential(rng, 3);
        }
        alarms += sy_permutation_test(x, 10, y, 10) <= 0.01;
    }
    gsl_rng_free(rng);
    cr_assert_leq(alarms, 200);
    cr_assert_geq(alarms, 120);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reference values are those of R 4.2, wilcox.test(x, y, conf.int = TRUE) of package stats. */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "stats/outlier.h"
#include "stats/shift.h"

/* Hollander & Wolfe 1973, p. 69f: difference in location 0.305; 95 percent confidence interval
 * -0.15 0.76; 99 percent: -0.35 1.01. */
static const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double before_term[] = {1.15, 0.88, 0.90, 0.74, 1.21};

Test(shift, agrees_with_R_on_hollander_and_wolfe)
{
    SyShift s;

    sy_shift_measure(before_term, 5, term, 10, 0.95, &s);
    cr_assert_float_eq(s.shift, 0.305, 1e-12);
    cr_assert_float_eq(s.interval[0], -0.15, 1e-12);
    cr_assert_float_eq(s.interval[1], 0.76, 1e-12);
    cr_assert_float_eq(s.p, 0.254412254412254, 1e-14);
    cr_assert(s.bounded && s.confidence >= 0.95 && s.confidence < 0.98);
    sy_shift_measure(before_term, 5, term, 10, 0.99, &s);
    cr_assert_float_eq(s.interval[0], -0.35, 1e-12);
    cr_assert_float_eq(s.interval[1], 1.01, 1e-12);
}

/* chickwts: horsebean against linseed. R: -60.5, -105 -12. Efron & Tibshirani's mice (1993, table
 * 2.1), treated against control: 28, -28 93. */
Test(shift, agrees_with_R_on_chicks_and_mice)
{
    const double horsebean[] = {179, 160, 136, 227, 217, 168, 108, 124, 143, 140};
    const double linseed[] = {309, 229, 181, 141, 260, 203, 148, 169, 213, 257, 244, 271};
    const double treated[] = {94, 197, 16, 38, 99, 141, 23};
    const double control[] = {52, 104, 146, 10, 51, 30, 40, 27, 46};
    SyShift s;

    sy_shift_measure(linseed, 12, horsebean, 10, 0.95, &s);
    cr_assert(s.shift == -60.5 && s.interval[0] == -105 && s.interval[1] == -12);
    sy_shift_measure(control, 9, treated, 7, 0.95, &s);
    cr_assert(s.shift == 28 && s.interval[0] == -28 && s.interval[1] == 93);
}

Test(shift, of_the_other_way_round_is_its_negative)
{
    SyShift there, back;

    sy_shift_measure(term, 10, before_term, 5, 0.95, &there);
    sy_shift_measure(before_term, 5, term, 10, 0.95, &back);
    cr_assert_float_eq(there.shift, -back.shift, 1e-12);
    cr_assert_float_eq(there.interval[0], -back.interval[1], 1e-12);
    cr_assert_float_eq(there.interval[1], -back.interval[0], 1e-12);
    cr_assert_eq(there.p, back.p);
}

Test(shift, three_values_bound_no_interval_of_99_percent_and_detect_nothing)
{
    const double base[] = {1, 2, 3}, moved[] = {101, 102, 103};
    SyShift s;

    sy_shift_measure(base, 3, moved, 3, 0.99, &s);
    cr_assert_not(s.bounded);
    cr_assert_eq(s.shift, 100);
    cr_assert(s.interval[0] == 98 && s.interval[1] == 102);
    cr_assert_float_eq(s.confidence, 0.9, 1e-12); /* 1 - 2 / 20 */
    cr_assert_float_eq(s.p, 0.1, 1e-12);
    cr_assert(isinf(sy_shift_detectable(&s, 0.01, 0.95)));
    cr_assert_eq(sy_shift_least_values(0.1), 3);
    cr_assert_eq(sy_shift_least_values(0.01), 5);  /* 2 / 252 */
    cr_assert_eq(sy_shift_least_values(1e-5), 11); /* 2 / 184756 is too much */
}

Test(shift, equal_values_shift_exactly)
{
    const double base[] = {5, 5, 5, 5, 5, 5}, moved[] = {6, 6, 6, 6, 6, 6};
    SyShift s;

    sy_shift_measure(base, 6, moved, 6, 0.99, &s);
    cr_assert(s.shift == 1 && s.interval[0] == 1 && s.interval[1] == 1);
    cr_assert_eq(sy_shift_detectable(&s, 0.01, 0.95), 0);
    sy_shift_measure(base, 6, base, 6, 0.99, &s);
    cr_assert(s.shift == 0 && s.p == 1);
}

Test(shift, values_that_are_no_numbers_make_no_figures)
{
    const double bad[] = {1, NAN}, good[] = {1, 2};
    SyShift s;

    sy_shift_measure(bad, 2, good, 2, 0.95, &s);
    cr_assert(isnan(s.shift) && isnan(s.p) && isnan(s.interval[0]) && !s.bounded);
    sy_shift_measure(good, 2, good, 0, 0.95, &s);
    cr_assert(isnan(s.shift) && isnan(s.p));
    cr_assert(isnan(sy_shift_detectable(&s, 0.01, 0.95)));
}

typedef double Draw(gsl_rng *rng);

static double draw_normal(gsl_rng *rng)
{
    return gsl_ran_gaussian(rng, 1);
}

static double draw_skewed(gsl_rng *rng)
{
    return gsl_ran_exponential(rng, 1);
}

/* A normal value, of which each tenth is an outlier. */
static double draw_spoiled(gsl_rng *rng)
{
    return gsl_ran_gaussian(rng, gsl_rng_uniform(rng) < 0.1 ? 10 : 1);
}

static void draw(gsl_rng *rng, Draw *of, double shift, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = shift + of(rng);
    }
}

/* In 2000 trials the true shift is within the interval as often as that says: 95.7 % is what it has
 * for 10 against 10 (1 - 2 * pwilcox(23, 10, 10)), and five standard errors are 2.3 %. */
Test(shift, interval_covers_the_truth_as_often_as_it_says)
{
    Draw *const of[] = {draw_normal, draw_skewed, draw_spoiled};

    for (int d = 0; d < 3; d++) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        int covered = 0;

        gsl_rng_set(rng, 21);
        for (int trial = 0; trial < 2000; trial++) {
            double base[10], moved[10];
            SyShift s;

            draw(rng, of[d], 0, base, 10);
            draw(rng, of[d], 2, moved, 10);
            sy_shift_measure(base, 10, moved, 10, 0.95, &s);
            covered += s.interval[0] <= 2 && 2 <= s.interval[1];
            cr_assert_float_eq(s.confidence, 1 - 2 * 0.0216285262724891, 1e-12);
        }
        gsl_rng_free(rng);
        cr_assert_geq(covered, 1868, "%d: %d of 2000", d, covered);
        cr_assert_leq(covered, 1960, "%d: %d of 2000", d, covered);
    }
}

/* What sy_shift_detectable() promises, tried: a shift of its median size is found about as often as
 * it says, and one of half the size much less often. */
Test(shift, detectable_shifts_are_detected)
{
    for (size_t n = 8; n <= 20; n += 12) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        double promised = 0;
        int found = 0, found_half = 0;

        gsl_rng_set(rng, 22);
        for (int trial = 0; trial < 1500; trial++) {
            double base[20], moved[20];
            SyShift s;

            draw(rng, draw_normal, 0, base, n);
            draw(rng, draw_normal, 0, moved, n);
            sy_shift_measure(base, n, moved, n, 0.99, &s);
            promised += sy_shift_detectable(&s, 0.01, 0.95) / 1500;
        }
        for (int trial = 0; trial < 1500; trial++) {
            double base[20], moved[20];
            SyShift s;

            draw(rng, draw_normal, 0, base, n);
            draw(rng, draw_normal, promised, moved, n);
            sy_shift_measure(base, n, moved, n, 0.99, &s);
            found += s.p <= 0.01;
            draw(rng, draw_normal, promised / 2, moved, n);
            sy_shift_measure(base, n, moved, n, 0.99, &s);
            found_half += s.p <= 0.01;
        }
        gsl_rng_free(rng);
        cr_assert_geq(found, 1500 * 92 / 100, "n = %zu: %d of 1500", n, found);
        cr_assert_leq(found_half, 1500 * 55 / 100, "n = %zu: %d of 1500", n, found_half);
    }
}

/* Leys et al., Journal of Experimental Social Psychology 49, 2013: of 1, 3, 3, 6, 8, 10, 10, 1000
 * the median is 7 and the scaled MAD 5.1891; only 1000 lies out. */
Test(outlier, agrees_with_leys_et_al)
{
    double values[] = {1, 3, 3, 6, 8, 10, 10, 1000};
    bool flags[8];

    cr_assert_eq(sy_outliers_flag(values, 8, flags), 1);
    for (int i = 0; i < 8; i++) {
        cr_assert_eq(flags[i], i == 7);
    }
    values[7] = 7 + 5.1892 * SY_OUTLIER_LIMIT;
    cr_assert_eq(sy_outliers_flag(values, 8, NULL), 1);
    values[7] = 7 + 5.1890 * SY_OUTLIER_LIMIT;
    cr_assert_eq(sy_outliers_flag(values, 8, NULL), 0);
}

Test(outlier, a_value_beside_equal_ones_lies_out_by_the_mean_distance)
{
    const double values[] = {5, 5, 5, 5, 5, 5, 5, 6}, same[] = {2, 2, 2}, two[] = {1, 100};

    cr_assert_eq(sy_outliers_flag(values, 8, NULL), 1);
    /* Of n values it lies n / 1.2533 units out. */
    cr_assert_eq(sy_outliers_flag(values + 3, 5, NULL), 1);
    cr_assert_eq(sy_outliers_flag(values + 4, 4, NULL), 0);
    cr_assert_eq(sy_outliers_flag(same, 3, NULL), 0);
    cr_assert_eq(sy_outliers_flag(two, 2, NULL), 0);
    cr_assert_eq(sy_outliers_flag(two, 0, NULL), 0);
}

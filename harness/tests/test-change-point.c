/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "base/clock.h"
#include "stats/change-point.h"
#include "stats/permutation.h"

/* The Nile's flow at Aswan, 1871..1970: dataset Nile of R. Its page (?Nile) says that there is "an
 * apparent changepoint near 1898" (Cobb 1978); breakpoints(Nile ~ 1) of strucchange has 1898 as the
 * last year of before, index 27. */
static const double nile[] = {
    1120, 1160, 963, 1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
    960,  1180, 799, 958,  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
    874,  694,  940, 833,  701,  916,  692,  1020, 1050, 969,  831,  726,  456,  824,  702,
    1120, 1100, 832, 764,  821,  768,  845,  864,  862,  698,  845,  744,  796,  1040, 759,
    781,  865,  845, 944,  984,  897,  822,  1010, 771,  676,  649,  846,  812,  742,  801,
    1040, 860,  874, 848,  890,  744,  749,  838,  1050, 918,  986,  797,  923,  975,  815,
    1020, 906,  901, 1170, 912,  746,  919,  718,  714,  740};

/* The p of the likeliest shift after all `n` values. */
static double test_all(const double *values, size_t n, size_t *at)
{
    SyChangeWatch *watch = sy_change_watch_new(1);
    double p;

    for (size_t i = 0; i < n; i++) {
        sy_change_watch_add(watch, values[i]);
    }
    p = sy_change_watch_test(watch, at);
    sy_change_watch_free(watch);
    return p;
}

Test(change_point, the_nile_changed_after_1898)
{
    size_t at;

    cr_assert_eq(G_N_ELEMENTS(nile), 100);
    cr_assert_leq(test_all(nile, 100, &at), 1e-5);
    cr_assert_eq(at, 28);
}

/* By the definition, value by value: ranks are counted anew for each cut. The values are all
 * different, so no coin is tossed. */
Test(change_point, p_is_that_of_the_rank_sum_test_times_the_cuts)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    SyChangeWatch *watch = sy_change_watch_new(1);
    double values[70], p = 1;
    size_t at = 0;

    gsl_rng_set(rng, 30);
    for (size_t n = 1; n <= 70; n++) {
        double best = 0;
        size_t best_at = 0;

        values[n - 1] = gsl_ran_gaussian(rng, 1) + (n > 60 ? 4 : 0);
        sy_change_watch_add(watch, values[n - 1]);
        for (size_t cut = SY_CHANGE_STRETCH; cut + SY_CHANGE_STRETCH <= n; cut++) {
            double u = 0, m = (double)cut, k = (double)(n - cut), z;

            for (size_t i = 0; i < cut; i++) {
                for (size_t j = cut; j < n; j++) {
                    u += values[j] < values[i];
                }
            }
            z = fabs(u - m * k / 2) / sqrt(m * k * (m + k + 1) / 12);
            if (z > best) {
                best = z;
                best_at = cut;
            }
        }
        p = sy_change_watch_test(watch, &at);
        cr_assert_eq(at, best_at, "after %zu values", n);
    }
    gsl_rng_free(rng);
    sy_change_watch_free(watch);
    cr_assert_eq(at, 60);
    cr_assert_float_eq(p, 61 * sy_permutation_test(values, 60, values + 60, 10), 1e-20 + p * 1e-9);
}

/* The night before a rise happens to be a high one: by ranks it would belong to what follows. */
Test(change_point, is_dated_by_the_values_not_by_their_ranks)
{
    double values[33];
    size_t at;

    for (size_t i = 0; i < 33; i++) {
        values[i] = i < 24 ? (double)(i * 7 % 11) / 100 : 1 + (double)(i * 7 % 11) / 100;
    }
    values[23] = 0.11;
    test_all(values, 33, &at);
    cr_assert_eq(at, 23);
    cr_assert_eq(sy_change_date(values, 33, at), 24);
    cr_assert_eq(sy_change_date(values, 2, 1), 1);
}

Test(change_point, after_a_restart_it_is_as_if_it_had_begun_there)
{
    SyChangeWatch *watch = sy_change_watch_new(1);
    size_t at, again, n;
    double p;

    for (size_t i = 0; i < 100; i++) {
        sy_change_watch_add(watch, nile[i]);
    }
    sy_change_watch_restart(watch, 20);
    p = sy_change_watch_test(watch, &at);
    sy_change_watch_values(watch, &n);
    cr_assert_eq(n, 80);
    cr_assert_float_eq(p, test_all(nile + 20, 80, &again), 0.02, "the coins differ");
    cr_assert_eq(at, again);
    cr_assert_eq(at, 8);
    sy_change_watch_restart(watch, 80);
    cr_assert_eq(sy_change_watch_test(watch, &at), 1);
    sy_change_watch_free(watch);
}

/* The oldest go when the window is full, and their ranks with them. */
Test(change_point, a_full_window_moves_on)
{
    SyChangeWatch *watch = sy_change_watch_new(1);
    size_t at, n;
    const double *values;

    for (int i = 0; i < 2 * SY_CHANGE_WINDOW; i++) {
        sy_change_watch_add(watch, i < SY_CHANGE_WINDOW - 50 ? (i * 7919) % 400 : 1000 + i % 3);
        sy_change_watch_test(watch, &at);
    }
    values = sy_change_watch_values(watch, &n);
    cr_assert_eq(n, SY_CHANGE_WINDOW);
    cr_assert_geq(values[0], 1000);
    cr_assert_gt(sy_change_watch_test(watch, &at), 0.01, "what was before is forgotten");
    sy_change_watch_free(watch);
}

/* lab-exact's series: exactly equal, until a change. */
Test(change_point, a_step_between_equal_values_is_found_to_the_day)
{
    double values[40];
    size_t at;

    for (int i = 0; i < 40; i++) {
        values[i] = i < 33 ? 0.1 : 0.3;
    }
    cr_assert_leq(test_all(values, 40, &at), 1e-4);
    cr_assert_eq(at, 33);
}

Test(change_point, too_few_values_show_nothing)
{
    const double few[9] = {0, 0, 0, 0, 0, 9, 9, 9, 9};
    size_t at;

    cr_assert_eq(test_all(few, 0, &at), 1);
    cr_assert_eq(test_all(few, 9, &at), 1);
}

/* Where neither part is short, the normal approximation is used far out in its tail, where it must
 * not be below the exact p. */
Test(change_point, the_approximation_is_on_the_safe_side)
{
    static const size_t parts[][2] = {{40, 40}, {30, 50}, {21, 59}};

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        double n = (double)parts[i][0], m = (double)parts[i][1];
        double sigma = sqrt(n * m * (n + m + 1) / 12);

        for (int tenths = 25; tenths < 60; tenths++) {
            double z = tenths / 10.0;
            size_t pairs = (size_t)(n * m / 2 - z * sigma);
            double normal = 0.5 * erfc((n * m / 2 - (double)pairs + 0.5) / sigma / sqrt(2));

            cr_assert_leq(sy_permutation_pairs_below(parts[i][0], parts[i][1], pairs),
                          normal * 1.000001, "%g and %g values, z %g", n, m, z);
        }
    }
}

/* Of 2000 series of 60 values without a change at most 1 % have a p of 1 %, whatever the values are
 * like: coarse ones and such with outliers, too. */
Test(change_point, has_the_level_that_it_says)
{
    for (int kind = 0; kind < 4; kind++) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        int alarms = 0;

        gsl_rng_set(rng, 32 + (unsigned long)kind);
        for (int trial = 0; trial < 2000; trial++) {
            double values[60];
            size_t at;

            for (int i = 0; i < 60; i++) {
                values[i] = kind == 0   ? gsl_ran_gaussian(rng, 1)
                            : kind == 1 ? gsl_ran_exponential(rng, 1)
                            : kind == 2 ? floor(3 * gsl_rng_uniform(rng))
                                        : gsl_ran_cauchy(rng, 1);
            }
            alarms += test_all(values, 60, &at) <= 0.01;
        }
        gsl_rng_free(rng);
        cr_assert_leq(alarms, 20, "%d of 2000, kind %d", alarms, kind);
        cr_assert_geq(alarms, 1, "a test that never alarms has another level");
    }
}

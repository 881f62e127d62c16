/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "base/clock.h"
#include "stats/change-point.h"

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

Test(change_point, the_nile_changed_after_1898)
{
    g_autoptr(GArray) points = sy_change_points(nile, G_N_ELEMENTS(nile), 0.01);
    const SyChangePoint *p = &g_array_index(points, SyChangePoint, 0);

    cr_assert_eq(G_N_ELEMENTS(nile), 100);
    cr_assert_eq(points->len, 1);
    cr_assert_eq(p->at, 28);
    cr_assert_eq(p->before, 1130); /* R: median(Nile[1:28]), and median(Nile[29:100]) */
    cr_assert_eq(p->after, 842.5);
    cr_assert_leq(p->p, 0.01);
}

/* The energy distance of the best cut, by its definition and without the tree, cuts alike. */
Test(change_point, cuts_where_the_definition_does)
{
    double best = -INFINITY;
    size_t at = 0;

    for (size_t cut = SY_CHANGE_POINT_STRETCH; cut <= 100 - SY_CHANGE_POINT_STRETCH; cut++) {
        double within[2] = {0, 0}, between = 0, n = (double)cut, m = (double)(100 - cut), q;

        for (size_t i = 0; i < 100; i++) {
            for (size_t k = i + 1; k < 100; k++) {
                *(k < cut    ? &within[0]
                  : i >= cut ? &within[1]
                             : &between) += fabs(nile[i] - nile[k]);
            }
        }
        q = n * m / (n + m) *
            (2 * between / (n * m) - within[0] / (n * (n - 1) / 2) - within[1] / (m * (m - 1) / 2));
        if (q > best) {
            best = q;
            at = cut;
        }
    }
    cr_assert_eq(at, 28);
}

Test(change_point, steps_are_found_where_they_are)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double values[365];
    g_autoptr(GArray) points = NULL;

    gsl_rng_set(rng, 31);
    for (int i = 0; i < 365; i++) {
        values[i] = 1e9 + (i < 120 ? 0 : i < 300 ? 5 : -2) + gsl_ran_gaussian(rng, 1);
    }
    gsl_rng_free(rng);
    points = sy_change_points(values, 365, 0.01);
    cr_assert_eq(points->len, 2);
    cr_assert_float_eq((double)g_array_index(points, SyChangePoint, 0).at, 120, 2);
    cr_assert_float_eq((double)g_array_index(points, SyChangePoint, 1).at, 300, 2);
    cr_assert_float_eq(g_array_index(points, SyChangePoint, 0).after, 1e9 + 5, 0.3);
}

/* lab-exact's series: exactly equal, until a change. */
Test(change_point, a_step_between_equal_values_is_found_to_the_day)
{
    double values[40];

    for (int i = 0; i < 40; i++) {
        values[i] = i < 33 ? 0.1 : 0.3;
    }
    for (int repeat = 0; repeat < 2; repeat++) {
        g_autoptr(GArray) points = sy_change_points(values, 40, 0.01);

        cr_assert_eq(points->len, 1);
        cr_assert_eq(g_array_index(points, SyChangePoint, 0).at, 33);
        cr_assert_eq(g_array_index(points, SyChangePoint, 0).after, 0.3);
    }
}

Test(change_point, nothing_is_found_in_nothing)
{
    const double same[20] = {0}, bad[12] = {1, 2, NAN}, few[9] = {0, 0, 0, 0, 0, 9, 9, 9, 9};

    g_array_unref(sy_change_points(same, 0, 0.01));
    for (int i = 0; i < 3; i++) {
        g_autoptr(GArray) points = i == 0   ? sy_change_points(same, 20, 0.01)
                                   : i == 1 ? sy_change_points(bad, 12, 0.01)
                                            : sy_change_points(few, 9, 0.01);

        cr_assert_eq(points->len, 0);
    }
}

/* Of 1000 series without a change 1 % are cut by chance (five standard errors: 1.6 %); a change by
 * two sigma in the middle of 60 nights is found in all but a few of 200. */
Test(change_point, false_alarms_and_power)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int alarms = 0, found = 0;

    gsl_rng_set(rng, 32);
    for (int trial = 0; trial < 1000; trial++) {
        g_autoptr(GArray) points = NULL;
        double values[60];

        for (int i = 0; i < 60; i++) {
            values[i] = gsl_ran_exponential(rng, 1);
        }
        points = sy_change_points(values, 60, 0.01);
        alarms += points->len > 0;
    }
    for (int trial = 0; trial < 200; trial++) {
        g_autoptr(GArray) points = NULL;
        double values[60];

        for (int i = 0; i < 60; i++) {
            values[i] = (i < 30 ? 0 : 2) + gsl_ran_gaussian(rng, 1);
        }
        points = sy_change_points(values, 60, 0.01);
        found += points->len >= 1;
    }
    gsl_rng_free(rng);
    cr_assert_leq(alarms, 26, "%d of 1000", alarms);
    cr_assert_geq(alarms, 1, "a test that never alarms has another level");
    cr_assert_geq(found, 195, "%d of 200", found);
}

/* A year of nightlies with 200 metrics has to be judged within a fraction of the two seconds that
 * its report may take; ten times as long here, for slow and busy machines. */
Test(change_point, a_year_of_200_metrics_is_quick)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int64_t start = sy_now_ns();

    gsl_rng_set(rng, 33);
    for (int metric = 0; metric < 200; metric++) {
        double values[365];

        for (int i = 0; i < 365; i++) {
            values[i] = (metric % 10 == 0 && i > 200 ? 3 : 0) + gsl_ran_gaussian(rng, 1);
        }
        g_array_unref(sy_change_points(values, 365, 0.01));
    }
    gsl_rng_free(rng);
    cr_assert_lt((double)(sy_now_ns() - start) / SY_NS_PER_S, 20);
}

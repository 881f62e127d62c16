/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include <glib.h>

#include "stats/sample.h"

Test(sample, median_of_odd_and_even_numbers_of_values)
{
    const double odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, one[] = {-7};

    cr_assert_eq(sy_sample_median(odd, 3), 5);
    cr_assert_eq(sy_sample_median(even, 4), 2.5);
    cr_assert_eq(sy_sample_median(one, 1), -7);
    cr_assert(isnan(sy_sample_median(odd, 0)));
    cr_assert_eq(odd[0], 9, "the caller's values were moved");
}

Test(sample, quantiles_are_interpolated_and_leave_the_values_as_they_are)
{
    double values[] = {30, 10, 20, 50, 40};

    cr_assert_float_eq(sy_sample_quantile(values, 5, 0), 10, 0);
    cr_assert_float_eq(sy_sample_quantile(values, 5, 0.5), 30, 0);
    cr_assert_float_eq(sy_sample_quantile(values, 5, 0.99), 49.6, 1e-12);
    cr_assert_float_eq(sy_sample_quantile(values, 5, 1), 50, 0);
    cr_assert_float_eq(values[0], 30, 0);
    cr_assert(isnan(sy_sample_quantile(values, 0, 0.5)));
}

Test(sample, mad_is_the_unscaled_median_distance)
{
    /* The textbook case: median 2, distances 1 1 0 0 2 4 7, their median 1. */
    const double values[] = {1, 1, 2, 2, 4, 6, 9}, one[] = {3}, even[] = {1, 2, 4, 9};

    cr_assert_eq(sy_sample_mad(values, 7), 1);
    cr_assert_eq(sy_sample_mad(one, 1), 0);
    cr_assert_eq(sy_sample_mad(even, 4), 1.5); /* median 3, distances 2 1 1 6 */
    cr_assert(isnan(sy_sample_mad(one, 0)));
}

Test(sample, one_value_has_no_interval)
{
    const double one[] = {3};
    SySampleSummary summary;
    double ci95[2] = {0, 0};

    cr_assert_not(sy_sample_median_ci95(one, 1, ci95));
    cr_assert(isnan(ci95[0]) && isnan(ci95[1]));
    sy_sample_summarize(one, 1, &summary);
    cr_assert(summary.n == 1 && summary.median == 3 && summary.min == 3 && summary.max == 3);
    cr_assert(summary.mad == 0 && isnan(summary.ci95[0]) && isnan(summary.ci95[1]));
}

Test(sample, interval_of_up_to_five_values_is_min_to_max_and_of_six_is_not)
{
    const double values[] = {3, -1, 4, 1.5, 9, 2.6};
    double ci95[2];

    for (size_t n = 2; n <= 5; n++) {
        SySampleSummary summary;

        sy_sample_summarize(values, n, &summary);
        cr_assert_eq(summary.ci95[0], summary.min, "n = %zu", n);
        cr_assert_eq(summary.ci95[1], summary.max, "n = %zu", n);
    }
    cr_assert(sy_sample_median_ci95(values, 6, ci95));
    cr_assert_gt(ci95[0], -1);
    cr_assert_lt(ci95[1], 9);
}

/*
 * For odd n the bootstrap distribution of the median is known: a resample's median is at most the
 * k-th smallest value when more than half of the n draws, each with probability k/n, are among the
 * k smallest. For n = 11 that is 0.7 % for k = 2 and 5.1 % for k = 3, so the 2.5 % point is the 3rd
 * value; for n = 21 it is 1.8 % for k = 6 and 5.6 % for k = 7: the 7th. The upper ends follow by
 * symmetry.
 */
Test(sample, interval_is_where_the_closed_form_says)
{
    static const struct {
        int n;
        double low, high;
    } known[] = {{11, 3, 9}, {21, 7, 15}};

    for (int k = 0; k < 2; k++) {
        double values[21], ci95[2];

        for (int i = 0; i < known[k].n; i++) {
            values[i] = (i * 5) % known[k].n + 1; /* 1..n, mixed */
        }
        cr_assert(sy_sample_median_ci95(values, known[k].n, ci95));
        cr_assert_eq(ci95[0], known[k].low, "n = %d", known[k].n);
        cr_assert_eq(ci95[1], known[k].high, "n = %d", known[k].n);
    }
}

/* Forty uneven values: their bootstrap medians are so finely spread that another seed shows. */
Test(sample, order_of_the_values_does_not_matter_and_repeats_agree)
{
    double forward[40], backward[40];
    SySampleSummary x, y, z;

    for (int i = 0; i < 40; i++) {
        forward[i] = backward[39 - i] = sqrt((i * 7) % 40 + 2);
    }
    sy_sample_summarize(forward, 40, &x);
    for (int i = 0; i < 10; i++) {
        sy_sample_summarize(backward, 40, &y);
        sy_sample_summarize(forward, 40, &z);
        cr_assert_arr_eq(&x.median, &y.median, sizeof(x) - offsetof(SySampleSummary, median));
        cr_assert_arr_eq(&x.median, &z.median, sizeof(x) - offsetof(SySampleSummary, median));
    }
}

Test(sample, interval_moves_and_scales_with_the_values)
{
    double values[9], moved[9], ci95[2], ci95_moved[2];

    for (int i = 0; i < 9; i++) {
        values[i] = i * i;
        moved[i] = values[i] * 4 + 100;
    }
    cr_assert(sy_sample_median_ci95(values, 9, ci95));
    cr_assert(sy_sample_median_ci95(moved, 9, ci95_moved));
    cr_assert_eq(ci95_moved[0], ci95[0] * 4 + 100);
    cr_assert_eq(ci95_moved[1], ci95[1] * 4 + 100);
    cr_assert_lt(ci95[0], 16);
    cr_assert_gt(ci95[1], 16);
}

Test(sample, equal_values_have_an_interval_without_width)
{
    const double values[] = {0.1, 0.1, 0.1, 0.1};
    SySampleSummary summary;

    sy_sample_summarize(values, 4, &summary);
    cr_assert(summary.ci95[0] == 0.1 && summary.ci95[1] == 0.1 && summary.mad == 0);
}

Test(sample, values_that_are_no_numbers_make_no_figures)
{
    const double bad[][3] = {{1, NAN, 3}, {INFINITY, 2, 3}};

    for (int i = 0; i < 2; i++) {
        SySampleSummary summary;

        sy_sample_summarize(bad[i], 3, &summary);
        cr_assert(isnan(summary.median) && isnan(summary.min) && isnan(summary.max));
        cr_assert(isnan(summary.mad) && isnan(summary.ci95[0]) && isnan(summary.ci95[1]));
    }
}

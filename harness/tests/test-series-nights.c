/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Years of simulated nights with 400 series each: how often a night alarms although nothing has
 * changed, and how soon a change is found. SERIES_YEARS=N simulates N years (default 3; make
 * check-deep has 100).
 */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#include "judge/series.h"

#define SERIES 400
#define YEAR 365
#define SPREAD_PCT 1.0 /* of a series, from night to night */

/* Whether a night is as good or bad for all series, by half of the variance. */
typedef enum { ALONE, TOGETHER } Nights;

/* A deviation with a spread of about 1: normal, skewed, coarse, or with outliers. */
static double noise(gsl_rng *rng, guint kind)
{
    switch (kind % 4) {
    case 0:
        return gsl_ran_gaussian(rng, 1);
    case 1:
        return gsl_ran_exponential(rng, 1) - 1;
    case 2:
        return round(gsl_ran_gaussian(rng, 1));
    default:
        return gsl_ran_gaussian(rng, gsl_rng_uniform(rng) < 0.1 ? 5 : 1);
    }
}

static SySeries *new_series(guint number)
{
    SySeries *series = sy_series_new();

    series->metric = g_strdup("metric_us");
    series->case_id = g_strdup_printf("case/n=%u", number);
    series->unit = g_strdup("us");
    series->better = SY_BETTER_LOWER;
    series->gate = 1000;
    return series;
}

static void add_point(SySeries *series, guint night, double median)
{
    SySeriesPoint *point = g_new0(SySeriesPoint, 1);

    point->run = g_strdup("nightly");
    point->started = g_strdup_printf("%06u", night);
    point->status = SY_STATUS_PASS;
    point->median = median;
    sy_series_add(series, point);
}

/* `count` series over some nights; series 0 is `change_pct` higher from night `from` on. */
static GPtrArray *simulate(gsl_rng *rng, guint nights, Nights how, guint from, double change_pct)
{
    GPtrArray *all = sy_series_array_new();

    for (guint i = 0; i < SERIES; i++) {
        g_ptr_array_add(all, new_series(i));
    }
    for (guint night = 0; night < nights; night++) {
        double common = gsl_ran_gaussian(rng, 1);

        for (guint i = 0; i < SERIES; i++) {
            double own = noise(rng, i), level = i == 0 && night >= from ? change_pct : 0;

            if (how == TOGETHER) {
                own = sqrt(0.5) * (own + common);
            }
            add_point(g_ptr_array_index(all, i), night, 100 + level + SPREAD_PCT * own);
        }
    }
    return all;
}

/* The number of nights that brought a change to light. */
static guint alarms(GPtrArray *all, guint nights)
{
    g_autofree bool *alarm = g_new0(bool, nights);
    guint count = 0;

    sy_series_judge(all);
    for (guint i = 0; i < all->len; i++) {
        const SySeries *series = g_ptr_array_index(all, i);

        for (guint k = 0; k < series->changes->len; k++) {
            alarm[g_array_index(series->changes, SySeriesChange, k).found] = true;
        }
    }
    for (guint i = 0; i < nights; i++) {
        count += alarm[i];
    }
    return count;
}

static guint years(void)
{
    const char *text = getenv("SERIES_YEARS");

    return text ? (guint)atoi(text) : 3;
}

static void check_false_alarms(Nights how, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    guint count = 0;

    gsl_rng_set(rng, seed);
    for (guint i = 0; i < years(); i++) {
        g_autoptr(GPtrArray) all = simulate(rng, YEAR, how, YEAR, 0);

        count += alarms(all, YEAR);
    }
    gsl_rng_free(rng);
    cr_log_info("%u of %u nights of %d series alarm", count, years() * YEAR, SERIES);
    cr_assert_leq(100 * count, years() * YEAR, "%u of %u nights", count, years() * YEAR);
}

TestSuite(series_nights, .timeout = 3600);

Test(series_nights, of_which_nothing_changed_at_most_one_in_a_hundred_alarms)
{
    check_false_alarms(ALONE, 51);
}

Test(series_nights, that_are_good_or_bad_for_all_series_alarm_no_more_often)
{
    check_false_alarms(TOGETHER, 52);
}

/* How many of `trials` changes of a single series of 400 are found within `within` nights, where
 * they are, up to two nights. */
static guint found(guint trials, guint earlier, guint within, double change_pct)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    guint count = 0;

    gsl_rng_set(rng, 53);
    for (guint trial = 0; trial < trials; trial++) {
        g_autoptr(GPtrArray) all =
            simulate(rng, earlier + within, ALONE, earlier, trial % 2 ? change_pct : -change_pct);
        const SySeries *series = g_ptr_array_index(all, 0);

        sy_series_judge(all);
        for (guint k = 0; k < series->changes->len; k++) {
            const SySeriesChange *change = &g_array_index(series->changes, SySeriesChange, k);
            bool up = change->kind == SY_CHANGE_WORSE;

            if (abs((int)change->at - (int)earlier) <= 2 && up == (trial % 2 == 1)) {
                count++;
                break;
            }
        }
    }
    gsl_rng_free(rng);
    cr_log_info("a change of %g %% after %u nights: %u of %u found in %u", change_pct, earlier,
                count, trials, within);
    return count;
}

Test(series_nights, show_a_change_of_5_percent_in_one_of_400_series)
{
    guint trials = MIN(20 * years(), 1000);

    cr_assert_geq(100 * found(trials, 60, 7, 5), 95 * trials);
    cr_assert_geq(100 * found(trials, 30, 10, 5), 95 * trials);
}

/* The two parts of the rule that keep small changes out and others in. */
Test(series_nights, show_no_change_that_is_too_small_to_count)
{
    static const struct {
        const char *unit;
        double gate, change;
        guint changes;
    } table[] = {
        {"us", 1000, 0.4, 0}, {"us", 1000, 0.6, 1}, {"%", 5, 0.4, 0},
        {"%", 5, 0.6, 1},     {"%", NAN, 0.4, 0},   {"%", NAN, 0.6, 1},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GPtrArray) all = sy_series_array_new();
        SySeries *series = new_series(0);

        g_ptr_array_add(all, series);
        g_free(series->unit);
        series->unit = g_strdup(table[i].unit);
        series->gate = table[i].gate;
        for (guint night = 0; night < 60; night++) {
            add_point(series, night,
                      100 + (night % 7) * 0.001 + (night >= 40 ? table[i].change : 0));
        }
        sy_series_judge(all);
        cr_assert_eq(series->changes->len, table[i].changes, "entry %zu", i);
    }
}

/* What is judged together with hundreds of others needs more evidence than what is alone. */
Test(series_nights, are_judged_as_a_whole)
{
    g_autoptr(GPtrArray) all = sy_series_array_new(), alone = g_ptr_array_new();
    SySeries *series = new_series(0);

    for (guint i = 0; i < SERIES; i++) {
        SySeries *next = i ? new_series(i) : series;

        for (guint night = 0; night < 20; night++) {
            add_point(next, night, 100 + (night * 7 + i) % 11 + (i == 0 && night >= 12 ? 50 : 0));
        }
        g_ptr_array_add(all, next);
    }
    g_ptr_array_add(alone, series);
    sy_series_judge(alone);
    cr_assert_eq(series->changes->len, 1);
    sy_series_judge(all);
    cr_assert_eq(series->changes->len, 0, "8 of 20 values are too few for one of 400 series");
}

Test(series_nights, do_not_change_what_was_found_before)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    g_autoptr(GPtrArray) all = NULL;
    SySeriesChange first;
    SySeries *series;

    gsl_rng_set(rng, 54);
    all = simulate(rng, 120, ALONE, 60, 5);
    gsl_rng_free(rng);
    series = g_ptr_array_index(all, 0);
    sy_series_judge(all);
    cr_assert_eq(series->changes->len, 1);
    cr_assert_eq(g_array_index(series->changes, SySeriesChange, 0).at, 60);
    first = g_array_index(series->changes, SySeriesChange, 0);
    for (guint i = 0; i < all->len; i++) {
        g_ptr_array_set_size(((SySeries *)g_ptr_array_index(all, i))->points,
                             (gint)first.found + 1);
    }
    sy_series_judge(all);
    cr_assert_eq(series->changes->len, 1, "found that night");
    cr_assert_eq(g_array_index(series->changes, SySeriesChange, 0).found, first.found);
    cr_assert_eq(g_array_index(series->changes, SySeriesChange, 0).p, first.p);
    for (guint i = 0; i < all->len; i++) {
        g_ptr_array_set_size(((SySeries *)g_ptr_array_index(all, i))->points, (gint)first.found);
    }
    sy_series_judge(all);
    cr_assert_eq(series->changes->len, 0, "and not before");
}

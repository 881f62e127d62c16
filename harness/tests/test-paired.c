/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paired estimator on hosts whose own speed changes: known values, then simulated hosts with
 * fixed seeds. */
#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include <glib.h>

#include "stats/paired.h"

#define CONFIDENCE 0.95
#define RUNS 2000
#define PAIRS 32
#define SLICES ((size_t)2 * PAIRS)

/* ------------------------------------------------------------------------------- known values */

/* `sleep` of R (Student 1908): extra hours of sleep, drug 2 less drug 1. */
static const double sleep_gain[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

/* The pairs whose log ratios are `logs`. */
static SyPairedRatio of_logs(const double *logs, size_t n, double confidence)
{
    double with[100], without[100];
    SyPairedRatio out;

    for (size_t i = 0; i < n; i++) {
        without[i] = 7 + (double)i;
        with[i] = without[i] * exp(logs[i]);
    }
    sy_paired_ratio(with, without, n, confidence, &out);
    return out;
}

/* R, BSDA: SIGN.test(y, conf.level = 0.95): median 1.3; achieved confidence 0.9785, 0.8 to 2.4. */
Test(paired, the_sleep_data_give_the_sign_tests_interval)
{
    const SyPairedRatio r = of_logs(sleep_gain, 10, CONFIDENCE);

    cr_assert_eq(r.n, 10);
    cr_assert(r.bounded);
    cr_assert_float_eq(log(r.ratio), 1.3, 1e-12);
    cr_assert_float_eq(log(r.interval[0]), 0.8, 1e-12);
    cr_assert_float_eq(log(r.interval[1]), 2.4, 1e-12);
    cr_assert_float_eq(r.confidence, 1 - 2 * 11.0 / 1024, 1e-12);
}

/* Each end is the widest that still has the confidence: tables of the sign test (Hollander & Wolfe,
 * table A.2; for 50, R's qbinom(0.025, 50, 0.5) = 18). */
Test(paired, the_ends_are_the_order_statistics_of_the_tables)
{
    static const struct {
        size_t n, rank;
    } known[] = {{6, 1}, {8, 1}, {9, 2}, {12, 3}, {20, 6}, {32, 10}, {50, 18}, {100, 40}};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        double logs[100];
        SyPairedRatio r;

        for (size_t k = 0; k < known[i].n; k++) { /* 1..n, mixed: n and 7 have no common factor */
            logs[k * 7 % known[i].n] = (double)(k + 1);
        }
        r = of_logs(logs, known[i].n, CONFIDENCE);
        cr_assert_float_eq(log(r.interval[0]), (double)known[i].rank, 1e-9, "n = %zu", known[i].n);
        cr_assert_float_eq(log(r.interval[1]), (double)(known[i].n + 1 - known[i].rank), 1e-9,
                           "n = %zu", known[i].n);
        cr_assert_geq(r.confidence, CONFIDENCE);
    }
}

Test(paired, with_too_few_pairs_the_interval_is_the_range_and_says_its_confidence)
{
    SyPairedRatio r = of_logs(sleep_gain, 5, CONFIDENCE);

    cr_assert_not(r.bounded);
    cr_assert_float_eq(r.confidence, 1 - 1.0 / 16, 1e-12);
    cr_assert_float_eq(log(r.interval[0]), 0, 1e-12);
    cr_assert_float_eq(log(r.interval[1]), 2.4, 1e-12);
    r = of_logs(sleep_gain, 6, CONFIDENCE);
    cr_assert(r.bounded);
    r = of_logs(sleep_gain, 1, CONFIDENCE);
    cr_assert_float_eq(log(r.ratio), 1.2, 1e-12);
    cr_assert_eq(r.confidence, 0);
}

Test(paired, rates_that_are_no_positive_numbers_make_no_figures)
{
    static const double bad[] = {0, -1, NAN, INFINITY};
    double with[8] = {1, 1, 1, 1, 1, 1, 1, 1}, without[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    SyPairedRatio r;

    for (int i = 0; i < 8; i++) {
        double *side = i % 2 ? with : without;

        side[i] = bad[i / 2];
        sy_paired_ratio(with, without, 8, CONFIDENCE, &r);
        cr_assert(isnan(r.ratio) && isnan(r.interval[0]) && isnan(r.interval[1]), "case %d", i);
        cr_assert(isnan(r.confidence) && !r.bounded);
        side[i] = 1;
    }
    sy_paired_ratio(with, without, 0, CONFIDENCE, &r);
    cr_assert(isnan(r.ratio));
    sy_paired_ratio(with, without, 8, CONFIDENCE, &r);
    cr_assert(r.ratio == 1 && r.interval[0] == 1 && r.interval[1] == 1);
}

Test(paired, exchanging_the_two_sides_inverts_everything)
{
    double with[9], without[9];
    SyPairedRatio one, other;

    for (int i = 0; i < 9; i++) {
        with[i] = 100 + 3 * (i * 5 % 9);
        without[i] = 110 - i;
    }
    sy_paired_ratio(with, without, 9, CONFIDENCE, &one);
    sy_paired_ratio(without, with, 9, CONFIDENCE, &other);
    cr_assert_float_eq(one.ratio * other.ratio, 1, 1e-12);
    cr_assert_float_eq(one.interval[0] * other.interval[1], 1, 1e-12);
}

Test(paired, the_coin_is_fair_and_the_same_each_time)
{
    bool first[10000], again[10000], other[10000];
    int heads = 0, turns = 0, alike = 0;

    sy_paired_orders(first, 10000, 1);
    sy_paired_orders(again, 10000, 1);
    sy_paired_orders(other, 10000, 2);
    for (int i = 0; i < 10000; i++) {
        heads += first[i];
        turns += i > 0 && first[i] != first[i - 1];
        alike += first[i] == other[i];
        cr_assert_eq(first[i], again[i]);
    }
    /* five standard errors of 50 */
    cr_assert_float_eq(heads, 5000, 250);
    cr_assert_float_eq(turns, 5000, 250);
    cr_assert_float_eq(alike, 5000, 250);
}

/* ----------------------------------------------------------------------------- breakdown point */

Test(paired, fewer_than_half_of_the_pairs_cannot_move_the_estimate_out_of_the_others_range)
{
    double logs[PAIRS];
    SyPairedRatio r;

    for (int bad = 0; bad <= PAIRS / 2; bad++) {
        for (int i = 0; i < PAIRS; i++) {
            logs[i] = i < bad ? log(1000) : 0.01 + 0.001 * i / PAIRS;
        }
        r = of_logs(logs, PAIRS, CONFIDENCE);
        if (bad < PAIRS / 2) {
            cr_assert(log(r.ratio) > 0.0099 && log(r.ratio) < 0.0111, "%d bad pairs", bad);
        } else {
            cr_assert_gt(r.ratio, 10, "half of the pairs decide: the bound is not a pessimist's");
        }
        /* 9 of 32 lie beyond each end. */
        cr_assert_eq(r.interval[1] < exp(0.0111), bad <= 9, "%d bad pairs", bad);
        cr_assert_leq(log(r.interval[0]), 0.0111);
    }
}

/* ------------------------------------------------------------------------------ drifting hosts */

/* The host's speed at a time in slices. */
typedef struct Host Host;
struct Host {
    const char *name;
    double (*speed)(const Host *h, double t);
    double number;            /* period or mean dwell time, in slices */
    double phase;             /* 0..1, of this run */
    double turns[1000];       /* when the speed of a swinging host changes */
    double level[SLICES * 2]; /* a random walk's */
};

/* The swings that were seen: work per CPU time differs by up to 71 % between phases. */
#define SWING 1.71

static double steady(const Host *h, double t)
{
    (void)h;
    (void)t;
    return 1;
}

static double trend(const Host *h, double t)
{
    (void)h;
    return SWING - (SWING - 1) * t / (2 * (double)SLICES);
}

static double step(const Host *h, double t)
{
    return t < h->phase * (double)SLICES ? 1 : 1 / SWING;
}

static double swings(const Host *h, double t)
{
    size_t i = 0;

    while (i < G_N_ELEMENTS(h->turns) && h->turns[i] < t) {
        i++;
    }
    return i % 2 ? 1 / SWING : 1;
}

static double wave(const Host *h, double t)
{
    return 1 + 0.26 * sin(2 * M_PI * (t / h->number + h->phase));
}

/* What SWING is, as a square wave. */
static double square(const Host *h, double t)
{
    return fmod(t / h->number + h->phase, 1) < 0.5 ? 1 : 1 / SWING;
}

static double walk(const Host *h, double t)
{
    return exp(h->level[(size_t)t]);
}

/* Slices are as long as the times here count, with pauses of a tenth between them. */
#define PITCH 1.1

static const Host hosts[] = {
    {.name = "steady", .speed = steady},
    {.name = "trend", .speed = trend},
    {.name = "step of 71 %", .speed = step},
    {.name = "swings of 71 % within a slice", .speed = swings, .number = 0.7},
    {.name = "swings of 71 % every few slices", .speed = swings, .number = 5},
    {.name = "swings of 71 % every 50 slices", .speed = swings, .number = 50},
    {.name = "wave of one slice", .speed = wave, .number = PITCH},
    {.name = "wave of nearly one slice", .speed = wave, .number = 0.97 * PITCH},
    {.name = "wave of two slices", .speed = wave, .number = 2 * PITCH},
    {.name = "wave of three slices", .speed = wave, .number = 3 * PITCH},
    {.name = "wave of four slices", .speed = wave, .number = 4 * PITCH},
    {.name = "wave of nearly four slices", .speed = wave, .number = 4.1 * PITCH},
    {.name = "wave of eleven slices", .speed = wave, .number = 11 * PITCH},
    {.name = "square wave of four slices", .speed = square, .number = 4 * PITCH},
    {.name = "random walk", .speed = walk},
};

static Host make_host(const Host *kind, gsl_rng *rng)
{
    Host h = *kind;
    double at = 0, level = 0;

    h.phase = gsl_rng_uniform(rng);
    for (size_t i = 0; i < G_N_ELEMENTS(h.turns); i++) {
        at += gsl_ran_exponential(rng, kind->number > 0 ? kind->number : 1);
        h.turns[i] = at;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(h.level); i++) {
        level += gsl_ran_gaussian(rng, 0.05);
        h.level[i] = level;
    }
    return h;
}

/* The mean speed of slice number `i`, disturbed by half a percent. */
static double rate(const Host *h, size_t i, gsl_rng *rng)
{
    double sum = 0;

    for (int k = 0; k < 8; k++) {
        sum += h->speed(h, (double)i * PITCH + (k + 0.5) / 8);
    }
    return sum / 8 * exp(gsl_ran_gaussian(rng, 0.005));
}

/* All slices of a run in an order: 'A' without, 'B' with an effect. */
static SyPairedRatio paired_run(const Host *h, const bool *with_first, double effect, gsl_rng *rng)
{
    double with[PAIRS], without[PAIRS];
    SyPairedRatio out;

    for (size_t i = 0; i < PAIRS; i++) {
        double x = rate(h, 2 * i, rng), y = rate(h, 2 * i + 1, rng);

        with[i] = effect * (with_first[i] ? x : y);
        without[i] = with_first[i] ? y : x;
    }
    sy_paired_ratio(with, without, PAIRS, CONFIDENCE, &out);
    return out;
}

/* Over RUNS runs, each with a host and coins of its own. */
typedef struct {
    int covered; /* intervals with the effect in them */
    int found;   /* intervals without a ratio of 1 */
    double confidence;
} Outcome;

/* `fixed`: the order of the pairs in every run; NULL: by the coin. */
static Outcome simulate(const Host *kind, double effect, const bool *fixed, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    Outcome o = {0};

    gsl_rng_set(rng, seed);
    for (unsigned long run = 0; run < RUNS; run++) {
        Host h = make_host(kind, rng);
        bool order[PAIRS];
        SyPairedRatio r;

        sy_paired_orders(order, PAIRS, seed * RUNS + run);
        r = paired_run(&h, fixed ? fixed : order, effect, rng);
        cr_assert(r.interval[0] <= r.ratio && r.ratio <= r.interval[1]);
        o.covered += r.interval[0] <= effect && effect <= r.interval[1];
        o.found += r.interval[0] > 1 || r.interval[1] < 1;
        o.confidence = r.confidence;
    }
    gsl_rng_free(rng);
    return o;
}

/* Not only at least: the interval misses the effect exactly as often as it says, on every host. */
Test(paired, on_every_drifting_host_the_interval_covers_the_effect_as_often_as_it_says)
{
    static const double effects[] = {1, 0.99};

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(effects); k++) {
            const Outcome o = simulate(&hosts[i], effects[k], NULL, 100 * (i + 1) + k);
            const double error = sqrt(RUNS * o.confidence * (1 - o.confidence));

            cr_expect_float_eq(o.covered, RUNS * o.confidence, 5 * error, "%s, effect %g: %d of %d",
                               hosts[i].name, effects[k], o.covered, RUNS);
        }
    }
}

static const Host *host_named(const char *name)
{
    const Host *found = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        found = strcmp(hosts[i].name, name) == 0 ? &hosts[i] : found;
    }
    cr_assert(found, "no host is called '%s'", name);
    return found;
}

Test(paired, an_effect_of_one_per_cent_is_found_while_a_host_swings_by_71_per_cent)
{
    static const char *const names[] = {"steady", "trend", "step of 71 %",
                                        "swings of 71 % every 50 slices"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const Outcome o = simulate(host_named(names[i]), 0.99, NULL, 7000 + i);

        cr_expect_geq(o.found, RUNS * 99 / 100, "%s: found in %d of %d", names[i], o.found, RUNS);
    }
}

/* Why a coin decides: an oscillation of four slices is in step with A B B A. */
Test(paired, an_order_that_repeats_takes_an_oscillation_for_an_effect)
{
    const Host *host = host_named("wave of four slices");
    bool abba[PAIRS];
    Outcome o;

    for (size_t i = 0; i < PAIRS; i++) {
        abba[i] = i % 2;
    }
    o = simulate(host, 1, abba, 8000);
    cr_assert_lt(o.covered, RUNS / 2, "%d of %d", o.covered, RUNS);
}

/* ------------------------------------------------------------------- the simpler estimator */

/*
 * The same slices as four long phases A B B A, and the ratio of the sums, which cancels a steady
 * trend and nothing else. How far apart the two A are is all that it can tell of the host.
 */
static double ratio_of_sums(const Host *h, gsl_rng *rng, double *spread_pct)
{
    double sum[4] = {0};

    for (size_t i = 0; i < SLICES; i++) {
        sum[i * 4 / SLICES] += rate(h, i, rng);
    }
    *spread_pct = 100 * (fmax(sum[0], sum[3]) / fmin(sum[0], sum[3]) - 1);
    return (sum[1] + sum[2]) / (sum[0] + sum[3]);
}

Test(paired, sums_of_long_phases_fail_on_the_hosts_on_which_pairs_hold)
{
    static const char *const names[] = {"step of 71 %", "swings of 71 % every 50 slices"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        int wrong = 0, undecided = 0, off = 0;

        gsl_rng_set(rng, 9000 + i);
        for (int run = 0; run < RUNS; run++) {
            const Host h = make_host(host_named(names[i]), rng);
            bool order[PAIRS];
            double spread_pct;

            wrong += fabs(ratio_of_sums(&h, rng, &spread_pct) - 1) > 0.05;
            undecided += spread_pct > 1;
            sy_paired_orders(order, PAIRS, (unsigned long)run);
            off += fabs(paired_run(&h, order, 1, rng).ratio - 1) > 0.01;
        }
        gsl_rng_free(rng);
        cr_expect_gt(wrong, RUNS / 2, "%s: sums off by over 5 %% in %d of %d", names[i], wrong,
                     RUNS);
        cr_expect_gt(undecided, RUNS / 2, "%s: undecided %d of %d", names[i], undecided, RUNS);
        cr_expect_lt(off, RUNS / 100, "%s: pairs off by over 1 %% in %d of %d", names[i], off,
                     RUNS);
    }
}

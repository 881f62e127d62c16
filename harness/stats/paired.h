/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How two rates compare on a host whose own speed changes, from pairs of neighbours in time. Pure.
 *
 * Each pair has one rate with and one without, taken one right after the other; a fair coin decides
 * which comes first (sy_paired_orders()). The estimate is the median of the pairs' log ratios, and
 * the interval holds its order statistics as in the sign test.
 *
 * What is assumed: the effect is a factor, the same in every pair; and the host does not know the
 * order. Nothing is assumed about the host's speed: no distribution, no independence, no limit.
 * Let it be x in the first half of a pair and y in the second. The pair's log ratio is the effect
 * plus log(y / x) if "with" came second, minus that if it came first. So whatever the host does, a
 * pair lies above the effect as likely as below it, each by a coin of its own, and the number of
 * pairs above it is binomial. From that alone follows the interval's confidence, exactly; steps,
 * trends and oscillations of any period make it wider, not wrong. An order that repeats, such as
 * A B B A, has no such guarantee: an oscillation with its period looks like an effect.
 *
 * Breakdown point: as long as fewer than half of the pairs are disturbed, however much, the
 * estimate stays within the range of the others. An end of the interval stands as many disturbed
 * pairs, all to its own side, as there are pairs beyond it (9 of 32, 17 of 50).
 */
#ifndef SY_STATS_PAIRED_H
#define SY_STATS_PAIRED_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n;
    double ratio;       /* with / without */
    double interval[2]; /* of the ratio */

    /* Of the interval: at least as requested. With too few pairs for that, the interval is the
     * whole range of the ratios, and this its lower confidence, 1 - 2^(1-n). */
    double confidence;

    bool bounded; /* the interval has the requested confidence: for 0.95 it takes 6 pairs */
} SyPairedRatio;

/*
 * Fills `out` from `n` pairs: with[i] and without[i] are neighbours. All is NAN, and `bounded`
 * false, without pairs or if a rate is not a positive number.
 */
void sy_paired_ratio(const double *with, const double *without, size_t n, double confidence,
                     SyPairedRatio *out);

/* Tosses the coin for `n` pairs: with_first[i]. Each `seed` always gives the same series. */
void sy_paired_orders(bool *with_first, size_t n, unsigned long seed);

#endif

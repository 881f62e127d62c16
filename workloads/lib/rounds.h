/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What something costs a guest, from rounds. A round is two neighbouring phases, one with it and
 * one without, in an order that a coin decides; stats/paired.h says why. Pure.
 */
#ifndef SY_WORKLOADS_LIB_ROUNDS_H
#define SY_WORKLOADS_LIB_ROUNDS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats/paired.h"

#define ROUNDS_CONFIDENCE 0.95

/* The least rounds whose interval has that confidence (SyPairedRatio.bounded), and the most. */
#define ROUNDS_MIN 6
#define ROUNDS_MAX 1000

/* What a guest did in one phase. */
typedef struct {
    uint64_t work;   /* iterations of the guest's loop */
    int64_t cpu_ns;  /* the CPU time it took */
    int64_t wall_ns; /* how long it was free to run */
    uint64_t events; /* what costs something, as often as it happened in this phase */
    bool spoiled;    /* it does not count, and neither does its round */
} Phase;

/* Work per CPU second; NAN without CPU time. */
double phase_rate(const Phase *phase);

/* Use rounds_begin(); the rest is private. */
typedef struct {
    guint n;
    bool with_first[ROUNDS_MAX];
    Phase without[ROUNDS_MAX], with[ROUNDS_MAX];
} Rounds;

/* Begins `n` rounds, that is, 2 * n phases; each `seed` has its own series of coins. */
void rounds_begin(Rounds *r, guint n, unsigned long seed);

guint rounds_phases(const Rounds *r);

/* Is phase number `i`, from 0, one with it? */
bool rounds_is_with(const Rounds *r, guint i);

/* What happened in phase number `i`. All phases must be put before the rest is asked for. */
void rounds_put(Rounds *r, guint i, Phase phase);

/* The number of rounds that count: no phase is spoiled, and the guest worked in both. */
guint rounds_counted(const Rounds *r);

/* The rate with, divided by the rate without, of the rounds that count; NAN if that is not more
 * than half of them. */
SyPairedRatio rounds_ratio(const Rounds *r);

/* The sum over the phases with it (or without it) of the rounds that count. */
Phase rounds_sum(const Rounds *r, bool with);

/*
 * CPU time in ns that an event takes from the guest where the rates are in the ratio `ratio`: the
 * part 1 - ratio of the CPU time per event, which is the median of the phases with it. NAN if there
 * was no event in half of them.
 */
double rounds_per_event_ns(const Rounds *r, double ratio);

/* How steady the host was: how far apart the rates of the phases without it are, in % of the
 * lowest. NAN if no round counts. */
double rounds_spread_pct(const Rounds *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What something costs, from phases with and without it, taken in turn: the arithmetic. Pure.
 *
 * The order of the phases is a string such as "ABBA": A without, B with. Each letter comes equally
 * often, and about the same middle, so that whatever drifts in proportion to time cancels.
 */
#ifndef SY_WORKLOADS_LIB_ABBA_H
#define SY_WORKLOADS_LIB_ABBA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a guest did in one phase, and in how much CPU time. */
typedef struct {
    uint64_t work; /* iterations of the guest's loop */
    int64_t cpu_ns;
} AbbaPhase;

/* The phases of one letter added up. `order` has as many letters as there are phases. */
AbbaPhase abba_sum(const AbbaPhase *phases, const char *order, char letter);

/* Work per second of CPU time; NAN without CPU time. */
double abba_rate(const AbbaPhase *phase);

/* The rate with over the rate without: that of B's sum to that of A's. NAN if A did no work or
 * either used no CPU time. */
double abba_ratio(const AbbaPhase *phases, const char *order);

/*
 * How far apart the rates of the phases of one letter are, in % of the lowest. For A it is a
 * witness of the host: the same guest did the same, so what differs is the host's own speed. NAN if
 * one of them did no work.
 */
double abba_spread_pct(const AbbaPhase *phases, const char *order, char letter);

/*
 * CPU time that B spent beyond what its work takes at A's rate, in ns per event, `events` of which
 * happened in B's phases. Negative if B was the faster one; NAN without events.
 */
double abba_per_event_ns(const AbbaPhase *phases, const char *order, double events);

#endif

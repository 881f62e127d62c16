/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What something costs, computed from phases with and without it, in turn. Pure.
 *
 * The order of the phases is a string such as "ABBA": A without, B with. Each letter comes equally
 * often, centred on the same moment, so that a drift in proportion to time cancels.
 */
#ifndef SY_WORKLOADS_LIB_ABBA_H
#define SY_WORKLOADS_LIB_ABBA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The work that a guest did in one phase, and the CPU time it took. */
typedef struct {
    uint64_t work; /* iterations of the guest's loop */
    int64_t cpu_ns;
} AbbaPhase;

/* The sum of all phases of one letter. `order` has one letter per phase. */
AbbaPhase abba_sum(const AbbaPhase *phases, const char *order, char letter);

/* Work per CPU second; NAN without CPU time. */
double abba_rate(const AbbaPhase *phase);

/* The rate with, divided by the rate without: that of B's sum by that of A's. NAN if A did no work
 * or either used no CPU time. */
double abba_ratio(const AbbaPhase *phases, const char *order);

/*
 * How far apart the rates of the phases of one letter are, in % of the lowest. For A this shows how
 * steady the host is: the same guest did the same work, so any difference is in the host's own
 * speed. NAN if one phase did no work.
 */
double abba_spread_pct(const AbbaPhase *phases, const char *order, char letter);

/*
 * CPU time that B spent beyond what its work takes at A's rate, in ns per event; `events` happened
 * in B's phases. Negative if B was faster; NAN without events.
 */
double abba_per_event_ns(const AbbaPhase *phases, const char *order, double events);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the throttle's trace events of one vCPU to its periods: what it used in each, how late it
 * was stopped and woken, which boundaries passed unattended, and whether the grid of periods kept
 * its place. Pure: no clock, no file. docs/METHOD.md says what the figures mean.
 *
 * The throttle takes a look at its books whenever it stops, wakes or re-arms a vCPU. A look that
 * finds boundaries passed (refill) tells how much the vCPU had used by then, and how long ago the
 * last boundary was. So the use of a period is exact where the vCPU slept through its boundaries,
 * and by interpolation where it ran across one (`split`).
 */
#ifndef SY_WORKLOADS_THROTTLE_PERIODS_H
#define SY_WORKLOADS_THROTTLE_PERIODS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The events of src/accel/kvm/throttle/trace-events. Periods need SET, KICK, WAKE and REFILL; the
 * others are taken where there are any. */
typedef enum {
    THROTTLE_SET,
    THROTTLE_ARM,
    THROTTLE_KICK,
    THROTTLE_SLEEP,
    THROTTLE_WAKE,
    THROTTLE_REFILL,
} ThrottleEventKind;

/* Times in ns; what the kind does not have is 0. */
typedef struct {
    ThrottleEventKind kind;
    int cpu_index;
    int64_t time_ns;             /* CLOCK_MONOTONIC at which it was recorded, just after the look */
    int64_t budget_ns;           /* < 0: debt */
    int64_t late_ns;             /* KICK: of the timer; WAKE: of the end of sleep; REFILL: since the
                                    last boundary */
    int64_t quota_ns, period_ns; /* SET */
    int64_t windows;             /* REFILL: boundaries passed */
    int64_t used_ns;             /* REFILL: CPU time in all */
} ThrottleEvent;

/* One period, closed. Times in ns. */
typedef struct {
    int64_t start_ns; /* its boundary, on the fixed grid, CLOCK_MONOTONIC */
    int64_t look_ns;  /* the look that found it begun */
    int64_t used_ns;
    int64_t period_ns;
    int64_t stop_ns;      /* when the vCPU was stopped for having used its quota; 0: it was not */
    int64_t late_ns;      /* then: how late that was by the clock */
    int64_t overrun_ns;   /* then: CPU time used beyond the quota */
    int64_t run_ns;       /* longest time without a stop that ended in it, by the clock */
    int64_t wake_late_ns; /* how late its sleep for want of quota ended; -1: none ended with it */
    guint change;         /* how many SETs came before */
    bool split;           /* the vCPU ran across one of its boundaries */
} Period;

/* Boundaries that passed while a look was due, by a period and more: its start was to be looked at
 * by due_ns, and was at done_ns. */
typedef struct {
    int64_t due_ns, done_ns, period_ns;
} PeriodsMiss;

typedef struct Periods Periods;

/* `quota_ns` and `period_ns`: the settings until the first SET. The caller owns the result. */
Periods *periods_new(int64_t quota_ns, int64_t period_ns);
void periods_free(Periods *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Periods, periods_free)

/* Takes the vCPU's next event; in the order of its thread. */
void periods_add(Periods *p, const ThrottleEvent *event);

/* All closed periods (Period) and misses (PeriodsMiss) so far, ascending; owned by `p`, valid until
 * the next event. Their memory is what grows with the length of a trace: some 90 bytes a period. */
const GArray *periods_all(const Periods *p);
const GArray *periods_misses(const Periods *p);

/* When the last event was; INT64_MIN: none yet. */
int64_t periods_last_ns(const Periods *p);

/* How many SETs there were, and when the last one was. */
guint periods_changes(const Periods *p);

/*
 * How far the clock and the count of boundaries went apart since the last SET, in periods, at most.
 * A lost or doubled period shows as 1. The look's record can only be late, so the earliest of 16
 * consecutive looks counts.
 */
double periods_drift(const Periods *p);

/* Whole periods: those with index first .. end-1 in periods_all(). */
typedef struct {
    guint first, end;
} PeriodsSpan;

/*
 * The whole periods between two moments at which the vCPU was asleep for want of quota. What its
 * thread used between those is what it used in the span's periods. False if it was not asleep then
 * (by the events), the settings changed, or the span is empty.
 */
bool periods_span(const Periods *p, int64_t from_ns, int64_t to_ns, PeriodsSpan *span);

/* CPU time used in the span, in ns. */
int64_t periods_used_ns(const Periods *p, const PeriodsSpan *span);

/* How many periods fit between the span's begin and end by the clock: their number, unless some are
 * not accounted for. */
guint periods_by_clock(const Periods *p, const PeriodsSpan *span);

/* A figure that every period may have. */
typedef enum {
    PERIODS_ERROR,     /* |used - quota| / quota, in % */
    PERIODS_LATE,      /* us from the moment the quota's timer was due to the stop */
    PERIODS_OVERRUN,   /* us of CPU time beyond the quota at the stop */
    PERIODS_RUN,       /* us without a stop */
    PERIODS_WAKE_LATE, /* us from the period's begin to the end of the sleep */
} PeriodsMetric;

typedef struct {
    guint n;
    double p50, p99, max, sum;
} PeriodsSpread;

/* Of the periods that have the figure; all 0 if none has. Percentiles by nearest rank. `quota_ns`:
 * the target that PERIODS_ERROR is the distance from. */
PeriodsSpread periods_spread(const Periods *p, const PeriodsSpan *span, PeriodsMetric metric,
                             int64_t quota_ns);

/* How many periods of the span were split. */
guint periods_split(const Periods *p, const PeriodsSpan *span);

/* How the use followed a change of the settings. */
typedef struct {
    guint n;        /* whole periods that are judged */
    guint settled;  /* so many passed until every later one's use was within the limit */
    int64_t off_ns; /* by how much the last of those was off the quota; 0 if `settled` is 0 */
    int64_t sum_ns; /* by how much all that are judged were, from the third on, in sum */
} PeriodsSettling;

/*
 * After the change number `change`, with uses within `limit_pct` of `quota_ns` for settled. The
 * last period is not judged: the next change's command stops the vCPU in it.
 */
PeriodsSettling periods_settling(const Periods *p, guint change, int64_t quota_ns,
                                 double limit_pct);

#endif

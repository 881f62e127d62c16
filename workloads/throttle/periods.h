/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the throttle's trace events of one vCPU to its periods: what it used in each, how late it
 * was stopped and woken, which boundaries were missed, and whether the grid of periods kept its
 * place. Pure: no clock, no file. docs/METHOD.md says what the values mean.
 *
 * The throttle takes a look, that is, brings its accounts up to date, whenever it stops, wakes or
 * re-arms a vCPU. A look that finds boundaries passed (refill) says how much CPU time the vCPU had
 * used by then, and how long ago the last boundary was. So the CPU time of a period is exact where
 * the vCPU slept through its boundaries, and interpolated where it ran across one (`split`).
 */
#ifndef SY_WORKLOADS_THROTTLE_PERIODS_H
#define SY_WORKLOADS_THROTTLE_PERIODS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The events of src/accel/kvm/throttle/trace-events. Periods need SET, KICK, WAKE and REFILL; the
 * others are used if present. */
typedef enum {
    THROTTLE_SET,
    THROTTLE_ARM,
    THROTTLE_KICK,
    THROTTLE_SLEEP,
    THROTTLE_WAKE,
    THROTTLE_REFILL,
} ThrottleEventKind;

/* Times in ns; fields that the kind does not have are 0. */
typedef struct {
    ThrottleEventKind kind;
    int cpu_index;
    int64_t time_ns;   /* when it was recorded, CLOCK_MONOTONIC, just after the look */
    int64_t budget_ns; /* < 0: debt */
    /* KICK: lateness of the timer; WAKE: of the end of the sleep; REFILL: time since the last
     * boundary */
    int64_t late_ns;
    int64_t quota_ns, period_ns; /* SET */
    int64_t windows;             /* REFILL: boundaries passed */
    int64_t used_ns;             /* REFILL: total CPU time */
} ThrottleEvent;

/* One complete period. Times in ns. */
typedef struct {
    int64_t start_ns; /* its first boundary, on the fixed grid, CLOCK_MONOTONIC */
    int64_t look_ns;  /* the first look after that boundary */
    int64_t used_ns;
    int64_t period_ns;
    /* when the vCPU was stopped because it had used its quota; 0: it was not */
    int64_t stop_ns;
    int64_t late_ns;      /* how late that stop was, by the clock */
    int64_t overrun_ns;   /* CPU time used beyond the quota at that stop */
    int64_t run_ns;       /* longest wall time without a stop that ended in this period */
    int64_t wake_late_ns; /* how late a sleep until this period ended; -1: there was none */
    /* credit it began with, below 0: debt; only known of the first period after a SET, else 0 */
    int64_t brought_ns;
    guint change; /* number of SETs before it */
    bool split;   /* the vCPU ran across one of its boundaries */
} Period;

/* Boundaries that passed, a period or more late, while a look was due: it was due at due_ns and
 * happened at done_ns. */
typedef struct {
    int64_t due_ns, done_ns, period_ns;
} PeriodsMiss;

typedef struct Periods Periods;

/* `quota_ns` and `period_ns`: the settings before the first SET. The caller owns the result. */
Periods *periods_new(int64_t quota_ns, int64_t period_ns);
void periods_free(Periods *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Periods, periods_free)

/* Adds the vCPU's next event, in the order in which its thread recorded them. */
void periods_add(Periods *p, const ThrottleEvent *event);

/* All complete periods (Period) and misses (PeriodsMiss) so far, ascending; owned by `p`, valid
 * until the next event. Their memory grows with the trace: some 90 bytes per period. */
const GArray *periods_all(const Periods *p);
const GArray *periods_misses(const Periods *p);

/* Time of the last event; INT64_MIN: none yet. */
int64_t periods_last_ns(const Periods *p);

/* Number of SETs so far. */
guint periods_changes(const Periods *p);

/*
 * Largest difference, in periods, between the count of boundaries and the clock since the last SET.
 * A lost or doubled period shows as 1. A look can only be late, so the earliest of 16 consecutive
 * looks counts.
 */
double periods_drift(const Periods *p);

/* Whole periods: those with index first .. end-1 in periods_all(). */
typedef struct {
    guint first, end;
} PeriodsSpan;

/*
 * The whole periods between two moments at which the vCPU was asleep with its quota used up. What
 * its thread used between those moments is what it used in the span's periods. False if it was not
 * asleep then (by the events), the settings changed, or the span is empty.
 */
bool periods_span(const Periods *p, int64_t from_ns, int64_t to_ns, PeriodsSpan *span);

/* CPU time used in the span, in ns. */
int64_t periods_used_ns(const Periods *p, const PeriodsSpan *span);

/* How many periods fit between the start and the end of the span by the clock: as many as it has,
 * unless some are unaccounted for. */
guint periods_by_clock(const Periods *p, const PeriodsSpan *span);

/* A value that a period may have. */
typedef enum {
    PERIODS_ERROR,     /* |used - quota| / quota, in % */
    PERIODS_LATE,      /* us from when the quota's timer was due to the stop */
    PERIODS_OVERRUN,   /* us of CPU time beyond the quota at the stop */
    PERIODS_RUN,       /* us of wall time without a stop */
    PERIODS_WAKE_LATE, /* us from the start of the period to the end of the sleep */
} PeriodsMetric;

typedef struct {
    guint n;
    double p50, p99, max, sum;
} PeriodsSpread;

/* Over the periods that have the value; all 0 if none has. Percentiles by nearest rank. `quota_ns`:
 * the target for PERIODS_ERROR. */
PeriodsSpread periods_spread(const Periods *p, const PeriodsSpan *span, PeriodsMetric metric,
                             int64_t quota_ns);

/* Number of split periods in the span. */
guint periods_split(const Periods *p, const PeriodsSpan *span);

#endif

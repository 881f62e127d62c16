/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values over spans of periods; periods.c makes the periods themselves. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "workloads/throttle/periods.h"

static const Period *row(const Periods *p, guint i)
{
    return &g_array_index(periods_all(p), Period, i);
}

/* The first period whose look was after `when_ns`; periods_all()->len: none. */
static guint first_after(const Periods *p, int64_t when_ns)
{
    guint low = 0, high = periods_all(p)->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (row(p, middle)->look_ns > when_ns) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Was the vCPU asleep at `when_ns`, and until the look at period i, the first after that? */
static bool asleep_before(const Periods *p, guint i, int64_t when_ns)
{
    return i > 0 && i < periods_all(p)->len && row(p, i - 1)->stop_ns &&
           row(p, i - 1)->stop_ns <= when_ns;
}

bool periods_span(const Periods *p, int64_t from_ns, int64_t to_ns, PeriodsSpan *span)
{
    span->first = first_after(p, from_ns);
    span->end = first_after(p, to_ns);
    return span->first < span->end && asleep_before(p, span->first, from_ns) &&
           asleep_before(p, span->end, to_ns) &&
           row(p, span->first)->change == row(p, span->end)->change;
}

int64_t periods_used_ns(const Periods *p, const PeriodsSpan *span)
{
    int64_t sum_ns = 0;

    for (guint i = span->first; i < span->end; i++) {
        sum_ns += row(p, i)->used_ns;
    }
    return sum_ns;
}

guint periods_by_clock(const Periods *p, const PeriodsSpan *span)
{
    const Period *first = row(p, span->first), *end = row(p, span->end);

    return (guint)llround((double)(end->start_ns - first->start_ns) / (double)first->period_ns);
}

static double error_pct(const Period *r, int64_t quota_ns)
{
    return 100 * fabs((double)(r->used_ns - quota_ns)) / (double)quota_ns;
}

/* NAN: the period has no such value. */
static double metric_of(const Period *r, PeriodsMetric metric, int64_t quota_ns)
{
    switch (metric) {
    case PERIODS_ERROR:
        return error_pct(r, quota_ns);
    case PERIODS_LATE:
        return r->stop_ns ? (double)r->late_ns / SY_NS_PER_US : NAN;
    case PERIODS_OVERRUN:
        return r->stop_ns ? (double)r->overrun_ns / SY_NS_PER_US : NAN;
    case PERIODS_RUN:
        return r->run_ns ? (double)r->run_ns / SY_NS_PER_US : NAN;
    case PERIODS_WAKE_LATE:
        return r->wake_late_ns >= 0 ? (double)r->wake_late_ns / SY_NS_PER_US : NAN;
    }
    return NAN;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Nearest rank: the smallest value that `pct` % of the sorted ones do not exceed. */
static double percentile(const double *sorted, guint n, double pct)
{
    guint rank = (guint)ceil(pct / 100 * n);

    return sorted[CLAMP(rank, 1, n) - 1];
}

PeriodsSpread periods_spread(const Periods *p, const PeriodsSpan *span, PeriodsMetric metric,
                             int64_t quota_ns)
{
    g_autofree double *values = g_new(double, MAX(span->end - span->first, 1));
    double sum = 0;
    guint n = 0;

    for (guint i = span->first; i < span->end; i++) {
        double value = metric_of(row(p, i), metric, quota_ns);

        if (!isnan(value)) {
            values[n++] = value;
            sum += value;
        }
    }
    if (n == 0) {
        return (PeriodsSpread){0};
    }
    qsort(values, n, sizeof(*values), compare);
    return (PeriodsSpread){
        .n = n,
        .p50 = percentile(values, n, 50),
        .p99 = percentile(values, n, 99),
        .max = values[n - 1],
        .sum = sum,
    };
}

guint periods_split(const Periods *p, const PeriodsSpan *span)
{
    guint count = 0;

    for (guint i = span->first; i < span->end; i++) {
        count += row(p, i)->split;
    }
    return count;
}

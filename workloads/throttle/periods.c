/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/periods.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

/* The grid's place is taken from the earliest of this many looks, see periods_drift(). */
#define DRIFT_LOOKS 16

/* At most this many boundaries pass between two looks: 65 s of the shortest periods. */
#define WINDOWS_MAX (1 << 16)

/* A moment at which the CPU time used is known. */
typedef struct {
    int64_t time_ns, used_ns;
} Point;

struct Periods {
    GArray *rows;
    GArray *misses;
    Period open;          /* the current period */
    int64_t open_used_ns; /* CPU time used by its first boundary */
    bool is_open;
    bool open_split;
    int64_t last_ns;
    guint changes;

    int64_t quota_ns, period_ns;
    bool held;           /* its quota is used up and it does not run */
    int64_t run_from_ns; /* it has run since then; 0: it does not run, or that is unknown */

    /* `used` of the events minus `base_ns`: a SET does not report the total, so from there on the
     * CPU time is counted from 0, and base_ns becomes known at the next refill. */
    bool base_known, ref_known;
    int64_t base_ns;
    int64_t ref_used_ns, ref_budget_ns; /* after the last refill or SET */
    Point last;                         /* the latest point */

    /* The grid since the last SET. */
    bool grid_known;
    int64_t grid_ns;  /* first boundary, by the first looks */
    int64_t counted;  /* boundaries since then, as the events count them */
    int64_t block_ns; /* smallest deviation of the looks in this block */
    guint block_looks;
    bool grid_sure; /* the first block is full: its smallest deviation is the place of the grid */
    int64_t zero_ns, drift_ns;
};

Periods *periods_new(int64_t quota_ns, int64_t period_ns)
{
    Periods *p = g_new0(Periods, 1);

    p->rows = g_array_new(FALSE, FALSE, sizeof(Period));
    p->misses = g_array_new(FALSE, FALSE, sizeof(PeriodsMiss));
    p->quota_ns = quota_ns;
    p->period_ns = period_ns;
    p->last_ns = INT64_MIN;
    p->block_ns = INT64_MAX;
    return p;
}

void periods_free(Periods *p)
{
    if (!p) {
        return;
    }
    g_array_unref(p->rows);
    g_array_unref(p->misses);
    g_free(p);
}

/* ---- the grid ---- */

static int64_t block_drift_ns(const Periods *p)
{
    return p->block_looks ? ABS(p->block_ns - p->zero_ns) : 0;
}

static void watch_grid(Periods *p, const ThrottleEvent *e)
{
    int64_t boundary_ns = e->time_ns - e->late_ns;

    if (!p->grid_known) {
        p->grid_known = true;
        p->grid_ns = boundary_ns;
        p->counted = 0;
    } else {
        p->counted += e->windows;
    }
    p->block_ns = MIN(p->block_ns, boundary_ns - p->grid_ns - p->counted * p->period_ns);
    if (++p->block_looks < DRIFT_LOOKS) {
        return;
    }
    if (!p->grid_sure) {
        p->grid_sure = true;
        p->zero_ns = p->block_ns;
    }
    p->drift_ns = MAX(p->drift_ns, block_drift_ns(p));
    p->block_ns = INT64_MAX;
    p->block_looks = 0;
}

double periods_drift(const Periods *p)
{
    int64_t drift_ns = p->drift_ns;

    if (p->grid_sure) {
        drift_ns = MAX(drift_ns, block_drift_ns(p));
    }
    return (double)drift_ns / (double)p->period_ns;
}

/* ---- events ---- */

static void miss(Periods *p, const ThrottleEvent *e)
{
    PeriodsMiss m = {
        .due_ns = e->time_ns - e->late_ns, .done_ns = e->time_ns, .period_ns = p->period_ns};

    if (e->late_ns >= p->period_ns) {
        g_array_append_val(p->misses, m);
    }
}

/* CPU time used by the look of this event, counted as in `ref`. */
static int64_t used_by_budget(const Periods *p, const ThrottleEvent *e)
{
    return p->ref_used_ns + p->ref_budget_ns - e->budget_ns;
}

static void note_point(Periods *p, const ThrottleEvent *e)
{
    if (p->ref_known) {
        p->last = (Point){.time_ns = e->time_ns, .used_ns = used_by_budget(p, e)};
    }
}

static void stop(Periods *p, const ThrottleEvent *e)
{
    if (p->is_open && p->run_from_ns) {
        p->open.run_ns = MAX(p->open.run_ns, e->time_ns - p->run_from_ns);
    }
    p->run_from_ns = 0;
    p->held = true;
}

static void on_kick(Periods *p, const ThrottleEvent *e)
{
    stop(p, e);
    miss(p, e);
    if (p->is_open) {
        p->open.stop_ns = e->time_ns;
        p->open.late_ns = e->late_ns;
        p->open.overrun_ns = MAX(-e->budget_ns, 0);
    }
}

/* It may have been woken early by a signal: it still has no quota then, and sleeps again. */
static void on_wake(Periods *p, const ThrottleEvent *e)
{
    if (e->late_ns < 0) {
        return;
    }
    miss(p, e);
    p->held = false;
    p->run_from_ns = e->time_ns;
    if (p->is_open) {
        p->open.wake_late_ns = e->late_ns;
    }
}

static void on_arm(Periods *p, const ThrottleEvent *e)
{
    p->held = false;
    if (!p->run_from_ns) {
        p->run_from_ns = e->time_ns;
    }
}

static void open_period(Periods *p, int64_t start_ns, int64_t look_ns, int64_t used_ns, bool split)
{
    p->is_open = true;
    p->open_used_ns = used_ns;
    p->open_split = split;
    p->open = (Period){.start_ns = start_ns, .look_ns = look_ns, .wake_late_ns = -1};
}

/* The current period ends here, incomplete; a new grid starts. */
static void on_set(Periods *p, const ThrottleEvent *e)
{
    p->quota_ns = e->quota_ns;
    p->period_ns = e->period_ns;
    p->changes++;
    p->is_open = false;
    p->held = false;
    p->run_from_ns = e->time_ns;
    p->grid_known = p->grid_sure = false;
    p->zero_ns = p->drift_ns = 0;
    p->block_ns = INT64_MAX;
    p->block_looks = 0;
    p->base_known = false;
    p->ref_known = e->quota_ns < e->period_ns;
    p->ref_used_ns = 0;
    p->ref_budget_ns = e->budget_ns;
    p->last = (Point){.time_ns = e->time_ns};
    if (p->ref_known) {
        /* The first period starts with the new settings; its end will show exactly where. */
        open_period(p, e->time_ns, e->time_ns, 0, false);
        p->open.brought_ns = e->budget_ns - e->quota_ns;
    }
}

static void close_period(Periods *p, int64_t used_ns, bool split)
{
    p->open.used_ns = used_ns - p->open_used_ns;
    p->open.split = p->open_split || split;
    p->open.period_ns = p->period_ns;
    p->open.change = p->changes;
    g_array_append_val(p->rows, p->open);
}

/* CPU time used by a boundary that lies between the latest point and now, while the vCPU ran. */
static int64_t interpolate(const Periods *p, int64_t boundary_ns, const Point *now)
{
    double part = now->time_ns > p->last.time_ns ? (double)(boundary_ns - p->last.time_ns) /
                                                       (double)(now->time_ns - p->last.time_ns)
                                                 : 1;

    return p->last.used_ns + llround(CLAMP(part, 0, 1) * (double)(now->used_ns - p->last.used_ns));
}

/*
 * A sleeping thread uses nothing, and what it uses from its wake-up to its look counts for the
 * period that ends: as this happens every time, the periods add up.
 */
static void on_refill(Periods *p, const ThrottleEvent *e)
{
    Point now = {.time_ns = e->time_ns};
    bool split = !p->held;

    watch_grid(p, e);
    if (!p->base_known) {
        /* Since the SET one quota was granted per boundary; or this is the first event. */
        now.used_ns = p->ref_known ? p->ref_budget_ns + e->windows * p->quota_ns - e->budget_ns : 0;
        p->base_ns = e->used_ns - now.used_ns;
        p->base_known = true;
        if (p->is_open) {
            p->open.start_ns = e->time_ns - e->late_ns - e->windows * p->period_ns;
        }
    }
    now.used_ns = e->used_ns - p->base_ns;
    /* Before the first event nothing is known: only the last boundary counts. */
    for (int64_t i = p->ref_known ? e->windows - 1 : 0; i >= 0; i--) {
        int64_t boundary_ns = e->time_ns - e->late_ns - i * p->period_ns;
        int64_t used_ns = split && p->ref_known ? interpolate(p, boundary_ns, &now) : now.used_ns;

        if (p->is_open) {
            close_period(p, used_ns, split);
        }
        open_period(p, boundary_ns, e->time_ns, used_ns, split);
    }
    p->ref_known = true;
    p->ref_used_ns = now.used_ns;
    p->ref_budget_ns = e->budget_ns;
    p->last = now;
    if (e->budget_ns > 0) {
        p->held = false;
        p->run_from_ns = p->run_from_ns ? p->run_from_ns : e->time_ns;
    }
}

void periods_add(Periods *p, const ThrottleEvent *e)
{
    p->last_ns = e->time_ns;
    switch (e->kind) {
    case THROTTLE_SET:
        on_set(p, e);
        return;
    case THROTTLE_REFILL:
        /* Other counts cannot come from the throttle. */
        if (e->windows > 0 && e->windows <= WINDOWS_MAX) {
            on_refill(p, e);
        }
        return;
    case THROTTLE_KICK:
        on_kick(p, e);
        break;
    case THROTTLE_SLEEP:
        stop(p, e);
        break;
    case THROTTLE_WAKE:
        on_wake(p, e);
        break;
    case THROTTLE_ARM:
        on_arm(p, e);
        break;
    }
    note_point(p, e);
}

const GArray *periods_all(const Periods *p)
{
    return p->rows;
}

const GArray *periods_misses(const Periods *p)
{
    return p->misses;
}

int64_t periods_last_ns(const Periods *p)
{
    return p->last_ns;
}

guint periods_changes(const Periods *p)
{
    return p->changes;
}

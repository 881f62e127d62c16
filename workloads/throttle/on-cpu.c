/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/throttle/on-cpu.h"

#include <glib.h>
#include <stdlib.h>

/* If more than this part of the interrupts' time is missing from the charges, from each and from
 * all together, the scheduler does not charge for interrupts (CONFIG_IRQ_TIME_ACCOUNTING). */
#define LEFT_OUT_PART 0.5

/* Time, and how much of it was spent in interrupts. */
typedef struct {
    int64_t ns, irq_ns;
} Gap;

static void gap_add(Gap *sum, const Gap *gap)
{
    sum->ns += gap->ns;
    sum->irq_ns += gap->irq_ns;
}

/* Both ends of an interval: charged before it began, and not charged before it ended. */
typedef struct {
    Gap early, late;
} Ends;

typedef struct {
    OnCpu *out;
    GArray *ends; /* Ends */
    Gap within;
    /* of the gaps within intervals, for a line through the origin */
    double gap_irq, irq_irq;

    /* the interval that is open */
    bool on;
    int64_t in_ns;
    guint charges;
    int64_t charge_ns; /* when the last charge was made */
    Gap last;          /* what the last charge lacks; unless it is the first */
    Ends open;

    guint depth;      /* nested interrupts */
    int64_t irq_from; /* where the outermost began, or the last charge since */
    int64_t irq_ns;   /* since the last charge, or since the interval began */
} State;

/* The time in interrupts until `when_ns` since this was called last. */
static int64_t take_irq(State *s, int64_t when_ns)
{
    int64_t irq_ns = s->irq_ns + (s->depth > 0 ? when_ns - s->irq_from : 0);

    s->irq_from = when_ns;
    s->irq_ns = 0;
    s->out->irq_ns += irq_ns;
    return irq_ns;
}

static void begin(State *s, int64_t when_ns)
{
    s->on = true;
    s->in_ns = when_ns;
    s->charges = 0;
    s->open = (Ends){0};
    s->last = (Gap){0};
    s->depth = 0;
    s->irq_ns = 0;
}

/*
 * The first charge says how long before the interval the scheduler began to count. Each later one
 * should be as long as the time since the one before it; what it lacks belongs to the end of the
 * interval if no other charge follows.
 */
static void charge(State *s, const SySchedEvent *e)
{
    int64_t irq_ns = take_irq(s, e->when_ns);

    s->out->charged_ns += e->value;
    if (s->charges++ == 0) {
        s->open.early = (Gap){s->in_ns - (e->when_ns - e->value), irq_ns};
    } else {
        s->gap_irq += (double)s->last.ns * (double)s->last.irq_ns;
        s->irq_irq += (double)s->last.irq_ns * (double)s->last.irq_ns;
        gap_add(&s->within, &s->last);
        s->last = (Gap){e->when_ns - s->charge_ns - e->value, irq_ns};
    }
    s->charge_ns = e->when_ns;
}

static void end(State *s, int64_t when_ns)
{
    const Gap rest = {when_ns - (s->charges ? s->charge_ns : s->in_ns), take_irq(s, when_ns)};

    s->open.late = s->last;
    gap_add(&s->open.late, &rest);
    g_array_append_val(s->ends, s->open);
    s->out->on_cpu_ns += when_ns - s->in_ns;
    s->out->slices++;
    s->on = false;
}

static void interrupt(State *s, const SySchedEvent *e)
{
    if (e->kind == SY_SCHED_IRQ_ENTRY) {
        if (s->depth++ == 0) {
            s->irq_from = e->when_ns;
        }
    } else if (s->depth > 0 && --s->depth == 0) {
        s->irq_ns += e->when_ns - s->irq_from;
    }
}

/* Before the first switch to it, it may have been on a CPU from the start. */
static const char *off_cpu(const State *s, const char *otherwise)
{
    return s->out->slices > 0
               ? otherwise
               : "the thread was on a CPU at the start, or its first switch is missing";
}

static const char *take(State *s, const SySchedEvent *e)
{
    switch (e->kind) {
    case SY_SCHED_IN:
        if (s->on) {
            return "a switch away from the thread is missing";
        }
        begin(s, e->when_ns);
        return NULL;
    case SY_SCHED_OUT:
        if (!s->on) {
            return off_cpu(s, "a switch to the thread is missing");
        }
        end(s, e->when_ns);
        return NULL;
    case SY_SCHED_CHARGE:
        if (!s->on) {
            return off_cpu(s, "the thread was charged for time off its CPU");
        }
        charge(s, e);
        return NULL;
    default:
        if (s->on) {
            interrupt(s, e);
        }
        return NULL;
    }
}

/* ---- what the differences at the ends are ---- */

/* Both ends of each interval as what they add to the charges. */
static GArray *differences(const State *s)
{
    GArray *all = g_array_sized_new(FALSE, FALSE, sizeof(int64_t), 2 * s->ends->len);

    for (guint i = 0; i < s->ends->len; i++) {
        const Ends *ends = &g_array_index(s->ends, Ends, i);
        int64_t early_ns = ends->early.ns, late_ns = -ends->late.ns;

        if (s->out->irq_left_out) {
            early_ns += ends->early.irq_ns;
            late_ns += ends->late.irq_ns;
        }
        g_array_append_val(all, early_ns);
        g_array_append_val(all, late_ns);
    }
    return all;
}

static int by_size(const void *a, const void *b)
{
    int64_t left = llabs(*(const int64_t *)a), right = llabs(*(const int64_t *)b);

    return (left > right) - (left < right);
}

static void conclude(State *s)
{
    g_autoptr(GArray) all = NULL;
    OnCpu *out = s->out;
    int64_t *ns;

    out->irq_left_out = s->irq_irq > 0 && s->gap_irq / s->irq_irq > LEFT_OUT_PART &&
                        (double)s->within.ns > LEFT_OUT_PART * (double)s->within.irq_ns;
    out->within_ns = -(s->within.ns - (out->irq_left_out ? s->within.irq_ns : 0));
    if (s->ends->len == 0) {
        return;
    }
    all = differences(s);
    ns = (int64_t *)(gpointer)all->data;
    qsort(ns, all->len, sizeof(*ns), by_size);
    out->median_ns = (llabs(ns[all->len / 2]) + llabs(ns[all->len / 2 - 1])) / 2;
    for (guint i = 0; i < all->len; i++) {
        *(llabs(ns[i]) <= ON_CPU_SWITCH_NS ? &out->switches_ns : &out->standstill_ns) += ns[i];
    }
}

const char *on_cpu_read(const SySchedEvent *events, size_t n, pid_t tid, int64_t from_ns,
                        int64_t to_ns, OnCpu *out)
{
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(Ends));
    State s = {.out = out, .ends = ends};
    const char *missing = NULL;

    *out = (OnCpu){0};
    for (size_t i = 0; i < n && !missing; i++) {
        if (events[i].tid == tid && events[i].when_ns >= from_ns && events[i].when_ns <= to_ns) {
            missing = take(&s, &events[i]);
        }
    }
    if (!missing && s.on) {
        missing = "the thread was on a CPU at the end, or its last switch is missing";
    }
    if (!missing) {
        conclude(&s);
    }
    return missing;
}

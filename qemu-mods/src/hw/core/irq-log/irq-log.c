/*
 * Log of qemu_set_irq() calls: settings, and making the record of a call, in
 * the thread that sets an IRQ
 *
 * Whoever sets an IRQ holds the BQL, as whoever changes the settings does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "system/system.h"
#include "irq-log-sink.h"
#include "trace.h"

/* All under the BQL. */
static IrqLogSettings current;  /* if irq_log_on */
static IrqLogRing *ring;
static IrqLogStretch *stretch;  /* what the sink gets; NULL: there is none */
static IrqLogLimit limit;
static uint32_t mark;           /* IRQState.log_mark of IRQs that are logged */
static bool anonymous;          /* filter_path matches IRQs without a path */

/* Calls that were not logged; atomic. */
static unsigned unlocked;

/* ---- when an IRQ is set ---- */

static bool path_passes(qemu_irq irq)
{
    /* The last bit: whether it matched; the others: under which settings. */
    return irq->log_mark >> 1 == mark >> 1 ? irq->log_mark == mark : anonymous;
}

static int32_t thread_id(void)
{
    static __thread int32_t id;

    if (id == 0) {
        id = qemu_get_thread_id();
    }
    return id;
}

/* irq_log_recorder */
static void record(qemu_irq irq, int level, void *caller)
{
    IrqLogRecord r;
    uint64_t sequence;

    /*
     * No device does this: its IRQ may lead to any other device.  If one did,
     * the log would tell, and be sound.
     */
    if (unlikely(!bql_locked())) {
        qatomic_inc(&unlocked);
        return;
    }
    if (!irq_log_on || (current.has_line && irq->n != current.line) ||
        (current.filter_path && !path_passes(irq))) {
        return;
    }
    r.time_ns = get_clock();
    if (current.rate_limit &&
        !irq_log_limit_pass(&limit, current.rate_limit, r.time_ns)) {
        return;
    }
    r.irq = (uintptr_t)irq;
    r.handler = (uintptr_t)irq->handler;
    r.opaque = (uintptr_t)irq->opaque;
    r.caller = (uintptr_t)caller;
    r.id = irq->log_id;
    r.line = irq->n;
    r.level = level;
    r.tid = thread_id();
    sequence = irq_log_ring_put(ring, &r);
    trace_irq_log_record(sequence, irq, r.line, level, caller);
}

/* ---- settings ---- */

static void settings_copy(IrqLogSettings *to, const IrqLogSettings *from)
{
    g_free(to->path);
    g_free(to->filter_path);
    *to = *from;
    to->path = g_strdup(from->path);
    to->filter_path = g_strdup(from->filter_path);
}

static bool same_sink(const IrqLogSettings *a, const IrqLogSettings *b)
{
    return a->sink == b->sink && g_strcmp0(a->path, b->path) == 0;
}

static bool settings_equal(const IrqLogSettings *a, const IrqLogSettings *b)
{
    return same_sink(a, b) && a->has_line == b->has_line &&
           (!a->has_line || a->line == b->line) &&
           g_strcmp0(a->filter_path, b->filter_path) == 0 &&
           a->rate_limit == b->rate_limit && a->entries == b->entries;
}

static void on_exit_notify(Notifier *n, void *data)
{
    if (ring) {
        irq_log_stretch_end(g_steal_pointer(&stretch), irq_log_ring_next(ring));
    }
    irq_log_sinks_finish();
}

static void init_once(void)
{
    static Notifier exit_notifier = { .notify = on_exit_notify };

    if (!irq_log_recorder) {
        qemu_add_exit_notifier(&exit_notifier);
        qatomic_set(&irq_log_recorder, record);
    }
}

/* A ring for @entries records; the old one, if it has this size. */
static IrqLogRing *ring_of(uint64_t entries)
{
    if (ring && irq_log_ring_entries(ring) == entries) {
        return irq_log_ring_ref(ring);
    }
    return irq_log_ring_new(entries, ring ? irq_log_ring_next(ring) : 1);
}

/* From now on, records go to @new_ring, and from there to @new_stretch. */
static void change_over(IrqLogRing *new_ring, IrqLogStretch *new_stretch)
{
    if (new_stretch != stretch) {
        if (new_stretch) {
            irq_log_stretch_begin(new_stretch);
        }
        irq_log_stretch_end(stretch, irq_log_ring_next(new_ring));
        stretch = new_stretch;
    }
    irq_log_ring_unref(ring);
    ring = new_ring;
}

bool irq_log_enable(const IrqLogSettings *s, Error **errp)
{
    bool was_on = irq_log_on;
    bool goes_on = was_on && same_sink(&current, s);
    IrqLogRing *new_ring;
    IrqLogStretch *new_stretch = NULL;

    assert(bql_locked());
    if (was_on && settings_equal(&current, s)) {
        return true;
    }
    new_ring = ring_of(s->entries);
    if (goes_on && new_ring == ring) {
        new_stretch = stretch;
    } else if (s->sink != IRQ_LOG_SINK_RING) {
        new_stretch = irq_log_stretch_new(new_ring, irq_log_ring_next(new_ring),
                                          s->path, goes_on ? stretch : NULL,
                                          errp);
        if (!new_stretch) {
            irq_log_ring_unref(new_ring);
            return false;
        }
    }

    init_once();
    if (!was_on) {
        irq_log_say("irq-log: enabled");
    }
    change_over(new_ring, new_stretch);
    settings_copy(&current, s);
    limit = (IrqLogLimit) { .refused = limit.refused };
    mark = (mark + 2) | 1;
    anonymous = s->filter_path &&
                g_pattern_match_simple(s->filter_path, "(anonymous)");
    irq_log_names_learn(s->filter_path, mark,
                        irq_log_ring_oldest(ring, irq_log_ring_next(ring)),
                        irq_log_ring_next(ring));
    qatomic_set(&irq_log_on, true);
    return true;
}

void irq_log_disable(void)
{
    assert(bql_locked());
    if (!irq_log_on) {
        return;
    }
    qatomic_set(&irq_log_on, false);
    irq_log_stretch_end(g_steal_pointer(&stretch), irq_log_ring_next(ring));
    irq_log_say("irq-log: disabled");
}

IrqLogRing *irq_log_ring(void)
{
    return ring;
}

IrqLogStatus *irq_log_status(void)
{
    IrqLogStatus *status = g_new0(IrqLogStatus, 1);
    IrqLogWritten w = irq_log_written();

    status->enabled = irq_log_on;
    if (irq_log_on) {
        status->has_sink = true;
        status->sink = current.sink;
        status->path = g_strdup(current.path);
        status->has_filter_line = current.has_line;
        status->filter_line = current.line;
        status->filter_path = g_strdup(current.filter_path);
        status->rate_limit = current.rate_limit;
    }
    if (ring) {
        uint64_t next = irq_log_ring_next(ring);

        status->ring_entries = irq_log_ring_entries(ring);
        status->last_sequence = next - 1;
        status->oldest_sequence = irq_log_ring_oldest(ring, next);
    }
    status->rate_limited = limit.refused;
    status->unlocked = qatomic_read(&unlocked);
    status->written = w.written;
    status->overtaken = w.overtaken;
    status->refused = w.refused;
    status->unwritten = w.unwritten;
    return status;
}

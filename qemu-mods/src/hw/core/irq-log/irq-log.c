/*
 * Log of qemu_set_irq() calls: settings, and making the record of a call, in
 * the thread that sets an IRQ
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qemu/timer.h"
#include "system/system.h"
#include "irq-log-int.h"
#include "trace.h"

/* NULL: logging is off.  Changed under the BQL, read under RCU. */
static IrqLogConfig *current;

/* Under the BQL. */
static IrqLogRing *ring;
static IrqLogWriter *writer;
static uint32_t last_mark;
static uint64_t rate_limited;   /* under configurations that are gone */

/* Records finished only after their ring was replaced: lost.  Atomic. */
static uint64_t straggled;

/* ---- when an IRQ is set ---- */

static bool path_passes(const IrqLogConfig *c, qemu_irq irq)
{
    uint32_t mark = qatomic_read(&irq->log_mark);

    /* The last bit: whether it matched; the others: under which settings. */
    return mark >> 1 == c->mark >> 1 ? mark == c->mark : c->anonymous;
}

static int32_t thread_id(void)
{
    static __thread int32_t id;

    if (id == 0) {
        id = qemu_get_thread_id();
    }
    return id;
}

/* irq_log_recorder; any thread, with or without the BQL */
static void record(qemu_irq irq, int level, void *caller)
{
    IrqLogRecord r;
    IrqLogConfig *c;
    uint64_t sequence;

    RCU_READ_LOCK_GUARD();
    c = qatomic_rcu_read(&current);
    if (!c ||
        (c->settings.has_line && irq->n != c->settings.line) ||
        (c->settings.filter_path && !path_passes(c, irq))) {
        return;
    }
    r.time_ns = get_clock();
    if (c->settings.rate_limit &&
        !irq_log_limit_pass(&c->limit, c->settings.rate_limit, r.time_ns)) {
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
    sequence = irq_log_ring_put(c->ring, &r);
    trace_irq_log_record(sequence, irq, r.line, level, caller);
}

/* ---- settings ---- */

static void settings_copy(IrqLogSettings *to, const IrqLogSettings *from)
{
    *to = *from;
    to->path = g_strdup(from->path);
    to->filter_path = g_strdup(from->filter_path);
}

static bool settings_same_sink(const IrqLogSettings *a,
                               const IrqLogSettings *b)
{
    return a->sink == b->sink && g_strcmp0(a->path, b->path) == 0;
}

static bool settings_equal(const IrqLogSettings *a, const IrqLogSettings *b)
{
    return settings_same_sink(a, b) && a->has_line == b->has_line &&
           (!a->has_line || a->line == b->line) &&
           g_strcmp0(a->filter_path, b->filter_path) == 0 &&
           a->rate_limit == b->rate_limit && a->entries == b->entries;
}

static void config_free(IrqLogConfig *c)
{
    if (c->closed_at) {
        qatomic_add(&straggled, irq_log_ring_next(c->ring) - c->closed_at);
    }
    qatomic_add(&rate_limited, qatomic_read(&c->limit.refused));
    irq_log_ring_unref(c->ring);
    g_free(c->settings.path);
    g_free(c->settings.filter_path);
    g_free(c);
}

static bool wants_writer(const IrqLogSettings *s)
{
    return s->sink != IRQ_LOG_SINK_RING;
}

/* Make the next writer before the last one is stopped, since it may fail. */
static bool make_writer(const IrqLogSettings *s, IrqLogRing *r,
                        IrqLogWriter **out, Error **errp)
{
    *out = NULL;
    if (!wants_writer(s)) {
        return true;
    }
    *out = irq_log_writer_new(r, irq_log_ring_next(r), s->path, errp);
    return *out != NULL;
}

static void announce(bool on)
{
    fprintf(stderr, "irq-log: %s\n", on ? "enabled" : "disabled");
}

static void stop_writer(IrqLogRing *r)
{
    irq_log_writer_stop(writer, r ? irq_log_ring_next(r) : 0);
    writer = NULL;
}

/* Write what has been logged; nothing else matters at exit. */
static void on_exit_notify(Notifier *n, void *data)
{
    stop_writer(ring);
}

static void init_once(void)
{
    static Notifier exit_notifier = { .notify = on_exit_notify };

    if (!irq_log_recorder) {
        qemu_add_exit_notifier(&exit_notifier);
        qatomic_store_release(&irq_log_recorder, record);
    }
}

bool irq_log_enable(const IrqLogSettings *settings, Error **errp)
{
    IrqLogConfig *old = current, *c;
    IrqLogRing *old_ring = ring, *new_ring;
    IrqLogWriter *new_writer = NULL;
    bool keep_writer, keep_ring;

    assert(bql_locked());
    if (old && settings_equal(&old->settings, settings)) {
        return true;
    }
    keep_ring = ring && irq_log_ring_entries(ring) == settings->entries;
    keep_writer = old && keep_ring &&
                  settings_same_sink(&old->settings, settings);
    new_ring = keep_ring ? irq_log_ring_ref(ring)
                         : irq_log_ring_new(settings->entries,
                                            ring ? irq_log_ring_next(ring)
                                                 : 1);
    if (old && !keep_writer && settings->path &&
        g_strcmp0(settings->path, old->settings.path) == 0) {
        stop_writer(ring);      /* its file is about to be truncated */
    }
    if (!keep_writer && !make_writer(settings, new_ring, &new_writer, errp)) {
        irq_log_ring_unref(new_ring);
        return false;
    }

    init_once();
    c = g_new0(IrqLogConfig, 1);
    settings_copy(&c->settings, settings);
    c->ring = irq_log_ring_ref(new_ring);
    c->mark = last_mark = (last_mark + 2) | 1;
    c->anonymous = settings->filter_path &&
                   irq_log_path_matches(settings->filter_path, "(anonymous)");
    ring = new_ring;
    irq_log_names_learn(settings->filter_path, c->mark,
                        irq_log_ring_oldest(ring, irq_log_ring_next(ring)),
                        irq_log_ring_next(ring));
    if (!old) {
        announce(true);
    }
    if (old && !keep_ring) {
        old->closed_at = new_ring->first;
    }
    qatomic_rcu_set(&current, c);
    qatomic_set(&irq_log_on, true);
    if (!keep_writer) {
        stop_writer(old_ring);
        writer = new_writer;
    }
    if (old) {
        call_rcu(old, config_free, rcu);
    }
    irq_log_ring_unref(old_ring);
    return true;
}

void irq_log_disable(void)
{
    IrqLogConfig *old = current;

    assert(bql_locked());
    if (!old) {
        return;
    }
    qatomic_set(&irq_log_on, false);
    qatomic_rcu_set(&current, NULL);
    stop_writer(ring);
    announce(false);
    call_rcu(old, config_free, rcu);
}

IrqLogRing *irq_log_ring(void)
{
    return ring;
}

IrqLogStatus *irq_log_status(void)
{
    IrqLogStatus *status = g_new0(IrqLogStatus, 1);
    const IrqLogSettings *s = current ? &current->settings : NULL;
    IrqLogWritten w = irq_log_writer_counts();

    status->enabled = s != NULL;
    if (s) {
        status->has_sink = true;
        status->sink = s->sink;
        status->path = g_strdup(s->path);
        status->has_filter_line = s->has_line;
        status->filter_line = s->line;
        status->filter_path = g_strdup(s->filter_path);
        status->rate_limit = s->rate_limit;
    }
    if (ring) {
        uint64_t next = irq_log_ring_next(ring);

        status->ring_entries = irq_log_ring_entries(ring);
        status->last_sequence = next - 1;
        status->oldest_sequence = irq_log_ring_oldest(ring, next);
    }
    status->rate_limited = qatomic_read(&rate_limited) +
                           (s ? qatomic_read(&current->limit.refused) : 0);
    status->straggled = qatomic_read(&straggled);
    status->written = w.written;
    status->overtaken = w.overtaken;
    status->refused = w.refused;
    return status;
}

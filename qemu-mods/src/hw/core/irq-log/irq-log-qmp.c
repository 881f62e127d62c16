/*
 * Log of qemu_set_irq() calls: QMP commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/compat-policy.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-irq-log.h"
#include "qapi/qapi-visit-irq-log.h"
#include "qobject/json-deferred.h"
#include "irq-log-int.h"
#include "irq-log-qmp.h"

#define ENTRIES_DEFAULT 1024
#define ENTRIES_MAX 100000

static bool check_settings(const IrqLogSettings *s, Error **errp)
{
    if ((s->sink == IRQ_LOG_SINK_FILE) != (s->path != NULL)) {
        error_setg(errp, s->path ? "'path' needs sink 'file'"
                                 : "sink 'file' needs a 'path'");
        return false;
    }
    if (!irq_log_entries_valid(s->entries)) {
        error_setg(errp, "'ring-entries' must be a power of two from %d to %d",
                   IRQ_LOG_ENTRIES_MIN, IRQ_LOG_ENTRIES_MAX);
        return false;
    }
    return true;
}

void qmp_irq_log_set(bool enable, bool has_sink, IrqLogSink sink,
                     const char *path, bool has_filter_line,
                     int32_t filter_line, const char *filter_path,
                     bool has_rate_limit, uint32_t rate_limit,
                     bool has_ring_entries, uint64_t ring_entries,
                     Error **errp)
{
    IrqLogSettings s = {
        .sink = has_sink ? sink : IRQ_LOG_SINK_STDERR,
        .path = (char *)path,
        .has_line = has_filter_line,
        .line = filter_line,
        .filter_path = (char *)filter_path,
        .rate_limit = has_rate_limit ? rate_limit : 0,
        .entries = has_ring_entries ? ring_entries : IRQ_LOG_ENTRIES_DEFAULT,
    };

    if (!enable) {
        if (has_sink || path || has_filter_line || filter_path ||
            has_rate_limit || has_ring_entries) {
            error_setg(errp, "only 'enable': true takes further arguments");
            return;
        }
        irq_log_disable();
        return;
    }
    if (check_settings(&s, errp)) {
        irq_log_enable(&s, errp);
    }
}

/* What query-irq-log should return */
typedef struct {
    int64_t max;
    bool has_tid, has_line;
    int64_t tid;
    int32_t line;
    const char *path;
    IrqLogRing *ring;
    uint64_t oldest, next;
} IrqLogQuery;

static bool wanted_by_number(const IrqLogQuery *q, const IrqLogRecord *r)
{
    return (!q->has_tid || r->tid == q->tid) &&
           (!q->has_line || r->line == q->line);
}

/* NULL: filter-path excludes it. */
static IrqLogEntry *resolve(const IrqLogQuery *q, uint64_t sequence,
                            uint64_t dropped, const IrqLogRecord *r)
{
    IrqLogEntry *e;

    if (!irq_log_names_know(r->id)) {
        irq_log_names_refresh(q->oldest, q->next);
    }
    e = irq_log_names_resolve(sequence, dropped, r);
    if (q->path && !irq_log_path_matches(q->path, e->path)) {
        qapi_free_IrqLogEntry(e);
        return NULL;
    }
    return e;
}

/* From @from on, the oldest first. */
static IrqLogEntryList *look_forward(const IrqLogQuery *q, uint64_t from)
{
    IrqLogEntryList *list = NULL, **tail = &list;
    uint64_t dropped = 0, n = 0;

    if (from < q->oldest) {
        dropped = q->oldest - from;
        from = q->oldest;
    }
    for (; from < q->next && n < q->max; from++) {
        IrqLogRecord r;
        IrqLogState state = irq_log_ring_get(q->ring, from, &r);
        IrqLogEntry *e;

        if (state == IRQ_LOG_PENDING) {
            break;      /* so that the next query misses none */
        }
        if (state != IRQ_LOG_PRESENT) {
            dropped++;
        } else if (wanted_by_number(q, &r) &&
                   (e = resolve(q, from, dropped, &r))) {
            QAPI_LIST_APPEND(tail, e);
            n++;
        }
    }
    return list;
}

/* The newest ones, but returned with the oldest first. */
static IrqLogEntryList *look_back(const IrqLogQuery *q)
{
    IrqLogEntryList *list = NULL;
    uint64_t sequence, n = 0;

    for (sequence = q->next; sequence > q->oldest && n < q->max; sequence--) {
        IrqLogRecord r;
        IrqLogEntry *e;

        if (irq_log_ring_get(q->ring, sequence - 1, &r) == IRQ_LOG_PRESENT &&
            wanted_by_number(q, &r) &&
            (e = resolve(q, sequence - 1, q->oldest - 1, &r))) {
            QAPI_LIST_PREPEND(list, e);
            n++;
        }
    }
    return list;
}

static void write_text(JSONWriter *writer, const char *name, const void *data)
{
    g_string_append(json_writer_raw(writer, name), data);
}

/* The list as it will appear in the reply. */
static QObject *make_reply(const IrqLogEntryList *list)
{
    JSONWriter *w = json_writer_new(false);

    json_writer_start_array(w, NULL);
    for (; list; list = list->next) {
        irq_log_write_entry(w, list->value);
    }
    json_writer_end_array(w);
    return json_deferred_new(write_text,
                             g_string_free(json_writer_get_and_free(w), false));
}

static bool get_arguments(QDict *args, QueryIrqLogArguments *arg, Error **errp)
{
    Visitor *v = qobject_input_visitor_new_qmp(QOBJECT(args));
    bool ok = false;

    if (visit_start_struct(v, NULL, NULL, 0, errp)) {
        ok = visit_type_QueryIrqLogArguments_members(v, arg, errp) &&
             visit_check_struct(v, errp);
        visit_end_struct(v, NULL);
    }
    visit_free(v);
    return ok;
}

static IrqLogEntryList *look(const QueryIrqLogArguments *arg, Error **errp)
{
    IrqLogQuery q = {
        .max = arg->has_max_entries ? arg->max_entries : ENTRIES_DEFAULT,
        .has_tid = arg->has_filter_tid,
        .tid = arg->filter_tid,
        .has_line = arg->has_filter_line,
        .line = arg->filter_line,
        .path = arg->filter_path,
        .ring = irq_log_ring(),
    };

    if (q.max < 1 || q.max > ENTRIES_MAX) {
        error_setg(errp, "'max-entries' must be from 1 to %d", ENTRIES_MAX);
        return NULL;
    }
    if (!q.ring) {
        error_setg(errp, "there is no IRQ log; irq-log-set makes one");
        return NULL;
    }
    q.next = irq_log_ring_next(q.ring);
    q.oldest = irq_log_ring_oldest(q.ring, q.next);
    return arg->has_since ?
        look_forward(&q, arg->since < UINT64_MAX ? arg->since + 1 : arg->since) :
        look_back(&q);
}

void qmp_query_irq_log(QDict *args, QObject **ret, Error **errp)
{
    ERRP_GUARD();
    QueryIrqLogArguments arg = { 0 };
    IrqLogEntryList *list = NULL;

    if (get_arguments(args, &arg, errp)) {
        list = look(&arg, errp);
    }
    if (!*errp) {
        *ret = make_reply(list);
    }
    qapi_free_IrqLogEntryList(list);
    g_free(arg.filter_path);
}

IrqLogStatus *qmp_query_irq_log_status(Error **errp)
{
    return irq_log_status();
}

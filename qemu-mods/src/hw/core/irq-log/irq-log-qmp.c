/*
 * Log of qemu_set_irq() calls: QMP commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "block/thread-pool.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-irq-log.h"
#include "irq-log-int.h"

#define ENTRIES_DEFAULT 1024
#define ENTRIES_MAX 100000

/*
 * So that a query keeps the main loop for a few milliseconds at most: to look
 * at a record takes some ten nanoseconds, to return one some ten microseconds.
 */
#define EXAMINED_MAX 16384
#define RETURNED_MAX 512

/* Matching a path takes as many steps. */
#define GLOB_BYTES_MAX 1024

/* ---- irq-log-set ---- */

static bool check_glob(const char *glob, Error **errp)
{
    if (glob && strlen(glob) > GLOB_BYTES_MAX) {
        error_setg(errp, "'filter-path' must have at most %d bytes",
                   GLOB_BYTES_MAX);
        return false;
    }
    return true;
}

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
    return check_glob(s->filter_path, errp);
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

/* ---- query-irq-log ---- */

typedef struct {
    uint64_t sequence;
    uint64_t dropped;
    IrqLogRecord record;
} Found;

typedef struct {
    uint64_t max;
    bool has_tid, has_line;
    int64_t tid;
    int32_t line;
    const char *path;
    const IrqLogRing *ring;
    uint64_t oldest, next;      /* of the ring */
    GHashTable *matches;        /* IRQ's id -> whether path matches, + 1 */
    bool refreshed;
    GArray *found;              /* of Found */
    GArray *addresses;          /* whose symbols are needed */
    uint64_t first, last, lost; /* examined; of these: no longer there */
    bool more;
} Query;

/* At most once for each query: it visits all objects. */
static void know(Query *q, uint32_t id)
{
    if (!q->refreshed && !irq_log_names_know(id)) {
        irq_log_names_refresh(q->oldest, q->next);
        q->refreshed = true;
    }
}

static bool path_matches(Query *q, uint32_t id)
{
    gpointer key = GUINT_TO_POINTER(id);
    int known = GPOINTER_TO_INT(g_hash_table_lookup(q->matches, key));

    if (!known) {
        know(q, id);
        known = irq_log_names_match(id, q->path) + 1;
        g_hash_table_insert(q->matches, key, GINT_TO_POINTER(known));
    }
    return known - 1;
}

static void examine(Query *q, uint64_t sequence, uint64_t dropped)
{
    Found f = { .sequence = sequence, .dropped = dropped };

    if (irq_log_ring_get(q->ring, sequence, &f.record) != IRQ_LOG_PRESENT) {
        q->lost++;
    } else if ((!q->has_tid || f.record.tid == q->tid) &&
               (!q->has_line || f.record.line == q->line) &&
               (!q->path || path_matches(q, f.record.id))) {
        g_array_append_val(q->found, f);
    }
}

/* From @from to before @end, the oldest first. */
static void look_forward(Query *q, uint64_t from, uint64_t end)
{
    uint64_t sequence = from, limit;

    end = MIN(end, q->next);
    if (from < MIN(q->oldest, end)) {
        sequence = MIN(q->oldest, end);
        q->lost = sequence - from;
    }
    limit = sequence + MIN(end - MIN(sequence, end), EXAMINED_MAX);
    while (sequence < limit && q->found->len < q->max) {
        examine(q, sequence++, q->lost);
    }
    q->first = from;
    q->last = sequence - 1;
    q->more = sequence < end;
}

/* The newest ones before @end */
static void look_back(Query *q, uint64_t end)
{
    uint64_t sequence, limit;

    end = MAX(MIN(end, q->next), q->oldest);
    sequence = end;
    limit = end - MIN(end - q->oldest, EXAMINED_MAX);
    while (sequence > limit && q->found->len < q->max) {
        examine(q, --sequence, q->oldest - 1);
    }
    q->first = sequence;
    q->last = end - 1;
    q->more = sequence > q->oldest;
}

static void need_symbol(Query *q, uint64_t address)
{
    const char *name;

    if (!irq_log_symbol(address, &name)) {
        g_array_append_val(q->addresses, address);
    }
}

static int look_up_symbols(void *opaque)
{
    const Query *q = opaque;

    irq_log_symbols_look_up((const uint64_t *)q->addresses->data,
                            q->addresses->len);
    return 0;
}

/* Learns what is not known yet: paths under the BQL, symbols in a thread. */
static void coroutine_fn learn_names(Query *q)
{
    for (guint i = 0; i < q->found->len; i++) {
        const IrqLogRecord *r = &g_array_index(q->found, Found, i).record;

        know(q, r->id);
        need_symbol(q, irq_log_caller(r));
        need_symbol(q, r->handler);
    }
    if (q->addresses->len) {
        thread_pool_submit_co(look_up_symbols, q);
    }
}

static IrqLogEntries *make_reply(const Query *q, bool newest_first)
{
    IrqLogEntries *reply = g_new0(IrqLogEntries, 1);
    guint n = q->found->len;

    for (guint i = 0; i < n; i++) {
        const Found *f = &g_array_index(q->found, Found,
                                        newest_first ? i : n - 1 - i);

        QAPI_LIST_PREPEND(reply->entries,
                          irq_log_names_resolve(f->sequence, f->dropped,
                                                &f->record));
    }
    reply->first_examined = q->first;
    reply->last_examined = q->last;
    reply->lost = q->lost;
    reply->more = q->more;
    return reply;
}

IrqLogEntries *coroutine_fn
qmp_query_irq_log(bool has_max_entries, uint32_t max_entries,
                  bool has_filter_tid, int64_t filter_tid,
                  bool has_filter_line, int32_t filter_line,
                  const char *filter_path, bool has_since, uint64_t since,
                  bool has_before, uint64_t before, Error **errp)
{
    g_autoptr(GHashTable) matches = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    uint64_t max = has_max_entries ? max_entries : ENTRIES_DEFAULT;
    Query q = {
        .max = MIN(max, RETURNED_MAX),
        .has_tid = has_filter_tid,
        .tid = filter_tid,
        .has_line = has_filter_line,
        .line = filter_line,
        .path = filter_path,
        .ring = irq_log_ring(),
        .matches = matches,
        .found = found,
        .addresses = addresses,
    };

    if (max < 1 || max > ENTRIES_MAX) {
        error_setg(errp, "'max-entries' must be from 1 to %d", ENTRIES_MAX);
        return NULL;
    }
    if (!check_glob(filter_path, errp)) {
        return NULL;
    }
    if (!q.ring) {
        error_setg(errp, "there is no IRQ log; irq-log-set makes one");
        return NULL;
    }
    q.next = irq_log_ring_next(q.ring);
    q.oldest = irq_log_ring_oldest(q.ring, q.next);
    if (has_since) {
        look_forward(&q, since < UINT64_MAX ? since + 1 : since,
                     has_before ? before : UINT64_MAX);
    } else {
        look_back(&q, has_before ? before : UINT64_MAX);
    }
    learn_names(&q);
    return make_reply(&q, !has_since);
}

IrqLogStatus *qmp_query_irq_log_status(Error **errp)
{
    return irq_log_status();
}

/*
 * Log of qemu_set_irq() calls: what goes to stderr, and as lines of JSON to
 * files
 *
 * Each file, and stderr, has a thread while there is something to write.  It
 * polls the ring every few milliseconds: a thread that sets an IRQ never wakes
 * it, waits for it, or notices that it cannot write.  Nor does the main loop:
 * what is to be written is a queue of stretches, to which another is added
 * when the sink, its ring or its file changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/lockable.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "irq-log-sink.h"

/* How often the ring is polled */
#define POLL_MS 2

/* How long a sink that was ended may take nothing before it is given up */
#define PATIENCE_NS NANOSECONDS_PER_SECOND

#define FINISH_NS NANOSECONDS_PER_SECOND

/* Stretches not yet written: each keeps a ring of up to 64 MiB in memory. */
#define STRETCHES_OF_OUTLET 4
#define STRETCHES_MAX 8

/* Lines for stderr not yet written */
#define LINES_MAX 64

typedef struct Outlet Outlet;

struct IrqLogStretch {
    IrqLogRing *ring;       /* NULL: only a line */
    char *line;
    char *path;             /* NULL: stderr */
    int fd;                 /* of a file to replace; -1: the outlet's */
    struct stat file;       /* that of the file, or of stderr */
    Outlet *outlet;         /* once it has begun; or that of the one before */
    uint64_t next;          /* record to write; the thread's own */
    uint64_t done;          /* all before this one are dealt with; under lock */
    uint64_t until;         /* ends before this record; under lock */
};

/* stderr or a file; everything but the queue is its thread's own */
struct Outlet {
    GQueue stretches;       /* the first is being written; under lock */
    bool is_file;
    dev_t device;
    ino_t inode;
    IrqLogOut out;
    GString *buffer;
    unsigned records;       /* in the buffer */
    uint64_t dropped;       /* not in this file */
    IrqLogWritten counts;   /* not yet in the sum */
    bool failing;           /* the failure has been reported */
};

static QemuMutex lock;
static QemuCond changed;    /* a stretch has ended, or an outlet */
static GPtrArray *outlets;  /* with a thread; under lock */
static IrqLogWritten sum;   /* under lock */

static void __attribute__((constructor)) sink_init(void)
{
    qemu_mutex_init(&lock);
    qemu_cond_init(&changed);
    outlets = g_ptr_array_new();
}

static void stretch_free(IrqLogStretch *s)
{
    if (s->fd >= 0) {
        close(s->fd);
    }
    irq_log_ring_unref(s->ring);
    g_free(s->line);
    g_free(s->path);
    g_free(s);
}

static void outlet_free(Outlet *o)
{
    if (o->is_file && o->out.fd >= 0) {
        close(o->out.fd);
    }
    g_string_free(o->buffer, TRUE);
    g_free(o);
}

/* ---- writing; the outlet's thread, without the lock ---- */

/* Adds up what has become of the records so far. */
static void settle(Outlet *o, IrqLogStretch *s)
{
    QEMU_LOCK_GUARD(&lock);
    sum.written += o->counts.written;
    sum.overtaken += o->counts.overtaken;
    sum.refused += o->counts.refused;
    o->counts = (IrqLogWritten) { 0 };
    s->done = s->next;
}

static bool patient(void *opaque, int64_t waited_ns)
{
    const IrqLogStretch *s = opaque;

    QEMU_LOCK_GUARD(&lock);
    return s->until == UINT64_MAX || waited_ns < PATIENCE_NS;
}

static void report_once(Outlet *o, const char *path, int error)
{
    if (path && !o->failing) {
        g_autofree char *line = g_strdup_printf(
            "irq-log: cannot write to '%s': %s; records are lost, "
            "query-irq-log-status counts them", path, strerror(error));

        irq_log_say(line);
    }
    o->failing = true;
}

static unsigned lines_in(const char *text, size_t length)
{
    unsigned lines = 0;

    while (length--) {
        lines += *text++ == '\n';
    }
    return lines;
}

/* Empties the buffer.  False: the rest of the stretch is given up. */
static bool flush(Outlet *o, IrqLogStretch *s)
{
    unsigned written = o->records;
    size_t done;
    int error;

    if (o->buffer->len == 0) {
        return true;
    }
    done = irq_log_out_write(&o->out, o->buffer, patient, s, &error);
    if (error) {
        written = s->path ? lines_in(o->buffer->str, done) : 0;
        report_once(o, s->path, error);
    } else {
        o->failing = false;
    }
    o->counts.written += written;
    o->counts.refused += o->records - written;
    o->records = 0;
    g_string_truncate(o->buffer, 0);
    return error != ETIMEDOUT;
}

static bool append(Outlet *o, IrqLogStretch *s, const IrqLogRecord *r)
{
    const uint64_t addresses[] = { irq_log_caller(r), r->handler };
    g_autoptr(IrqLogEntry) e = NULL;
    size_t before = o->buffer->len;
    bool good = true;

    irq_log_symbols_look_up(addresses, ARRAY_SIZE(addresses));
    e = irq_log_names_resolve(s->next, o->dropped, r);
    if (s->path) {
        irq_log_format_json(o->buffer, e);
    } else {
        irq_log_format_block(o->buffer, r, e);
    }
    if (before > 0 && o->buffer->len > irq_log_out_max(&o->out)) {
        g_autofree char *last = g_strdup(o->buffer->str + before);

        g_string_truncate(o->buffer, before);
        good = flush(o, s);
        settle(o, s);
        g_string_append(o->buffer, last);
    }
    o->records++;
    s->next++;
    return good;
}

static void count_overtaken(Outlet *o, IrqLogStretch *s, uint64_t n)
{
    o->counts.overtaken += n;
    o->dropped += n;
    s->next += n;
}

/* Writes what is there up to record @until.  False: gave up. */
static bool drain(Outlet *o, IrqLogStretch *s, uint64_t until)
{
    uint64_t next = irq_log_ring_next(s->ring);
    uint64_t oldest = irq_log_ring_oldest(s->ring, next);

    until = MIN(until, next);
    if (s->next < MIN(oldest, until)) {     /* no need to ask for each one */
        count_overtaken(o, s, MIN(oldest, until) - s->next);
    }
    while (s->next < until) {
        IrqLogRecord r;

        if (irq_log_ring_get(s->ring, s->next, &r) != IRQ_LOG_PRESENT) {
            count_overtaken(o, s, 1);
        } else if (!append(o, s, &r)) {
            return false;
        }
    }
    return flush(o, s);
}

static void give_up(Outlet *o, IrqLogStretch *s)
{
    uint64_t until;

    WITH_QEMU_LOCK_GUARD(&lock) {
        until = s->until;   /* it has been ended, hence our impatience */
    }
    o->counts.refused += o->records + (until - s->next);
    o->records = 0;
    g_string_truncate(o->buffer, 0);
    s->next = until;
}

/* What comes before the first record */
static void write_begin(Outlet *o, IrqLogStretch *s)
{
    if (s->fd >= 0) {
        if (o->out.fd >= 0) {
            close(o->out.fd);
        }
        o->out = (IrqLogOut) {
            .fd = s->fd,
            .regular = S_ISREG(s->file.st_mode),
        };
        s->fd = -1;
        if (o->out.regular && ftruncate(o->out.fd, 0) < 0) {
            report_once(o, s->path, errno);
        }
        o->dropped = 0;
    }
    if (s->line) {
        g_string_append(o->buffer, s->line);
        g_string_append_c(o->buffer, '\n');
        flush(o, s);
        g_clear_pointer(&s->line, g_free);
    }
}

static void write_stretch(Outlet *o, IrqLogStretch *s, uint64_t until)
{
    write_begin(o, s);
    if (s->ring) {
        if (!drain(o, s, until)) {
            give_up(o, s);
        }
        settle(o, s);
    }
}

static void *outlet_thread(void *opaque)
{
    Outlet *o = opaque;
    IrqLogStretch *s;

    qemu_mutex_lock(&lock);
    while ((s = g_queue_peek_head(&o->stretches))) {
        uint64_t until = s->until;

        qemu_mutex_unlock(&lock);
        write_stretch(o, s, until);
        qemu_mutex_lock(&lock);
        if (s->done >= s->until) {
            g_queue_pop_head(&o->stretches);
            stretch_free(s);
        } else {
            qemu_cond_timedwait(&changed, &lock, POLL_MS);
        }
    }
    g_ptr_array_remove_fast(outlets, o);
    qemu_cond_broadcast(&changed);
    qemu_mutex_unlock(&lock);
    outlet_free(o);
    return NULL;
}

/* ---- the queues; under lock ---- */

static Outlet *find_outlet(const IrqLogStretch *s)
{
    for (guint i = 0; i < outlets->len; i++) {
        Outlet *o = g_ptr_array_index(outlets, i);

        if (s->path ? o->is_file && o->device == s->file.st_dev &&
                      o->inode == s->file.st_ino
                    : !o->is_file) {
            return o;
        }
    }
    return NULL;
}

static Outlet *outlet_new(const IrqLogStretch *s)
{
    Outlet *o = g_new0(Outlet, 1);

    g_queue_init(&o->stretches);
    o->is_file = s->path != NULL;
    o->device = s->file.st_dev;
    o->inode = s->file.st_ino;
    o->out.fd = o->is_file ? -1 : STDERR_FILENO;
    o->out.regular = S_ISREG(s->file.st_mode);
    o->buffer = g_string_new(NULL);
    g_ptr_array_add(outlets, o);
    return o;
}

static void begin(IrqLogStretch *s)
{
    QemuThread thread;
    bool is_new = !s->outlet && !(s->outlet = find_outlet(s));

    if (is_new) {
        s->outlet = outlet_new(s);
    }
    g_queue_push_tail(&s->outlet->stretches, s);
    if (is_new) {
        qemu_thread_create(&thread, "irq-log", outlet_thread, s->outlet,
                           QEMU_THREAD_DETACHED);
    }
}

/* How many stretches with records it has, or of those with a line. */
static unsigned count(const Outlet *o, bool lines)
{
    unsigned n = 0;

    for (const GList *l = o->stretches.head; l; l = l->next) {
        const IrqLogStretch *s = l->data;

        n += lines ? !s->ring : s->ring != NULL;
    }
    return n;
}

static bool is_room(const IrqLogStretch *s)
{
    const Outlet *o = s->outlet ?: find_outlet(s);
    unsigned all = 0;

    for (guint i = 0; i < outlets->len; i++) {
        all += count(g_ptr_array_index(outlets, i), false);
    }
    return all < STRETCHES_MAX &&
           (!o || count(o, false) < STRETCHES_OF_OUTLET);
}

/* ---- what others call ---- */

/*
 * Does not truncate yet, which may take long.  Where nobody reads a FIFO, this
 * fails rather than waits.
 */
static bool open_file(IrqLogStretch *s, Error **errp)
{
    s->fd = qemu_create(s->path, O_WRONLY | O_NONBLOCK, 0600, errp);
    if (s->fd >= 0 && fstat(s->fd, &s->file) < 0) {
        error_setg_errno(errp, errno, "cannot look at '%s'", s->path);
        return false;
    }
    return s->fd >= 0;
}

static IrqLogStretch *new_for_stderr(void)
{
    IrqLogStretch *s = g_new0(IrqLogStretch, 1);

    s->fd = -1;
    if (fstat(STDERR_FILENO, &s->file) < 0) {
        s->file = (struct stat) { 0 };  /* closed: writing will fail */
    }
    return s;
}

IrqLogStretch *irq_log_stretch_new(IrqLogRing *ring, uint64_t from,
                                   const char *path, IrqLogStretch *after,
                                   Error **errp)
{
    IrqLogStretch *s = new_for_stderr();

    s->ring = irq_log_ring_ref(ring);
    s->path = g_strdup(path);
    s->next = s->done = from;
    s->until = UINT64_MAX;
    s->outlet = after ? after->outlet : NULL;
    if (path && !after && !open_file(s, errp)) {
        stretch_free(s);
        return NULL;
    }
    QEMU_LOCK_GUARD(&lock);
    if (!is_room(s)) {
        error_setg(errp, "earlier logs are still being written; wait for them "
                   "('unwritten' of query-irq-log-status), or use sink 'ring'");
        stretch_free(s);
        return NULL;
    }
    return s;
}

void irq_log_stretch_begin(IrqLogStretch *s)
{
    QEMU_LOCK_GUARD(&lock);
    begin(s);
}

void irq_log_stretch_end(IrqLogStretch *s, uint64_t until)
{
    QEMU_LOCK_GUARD(&lock);
    if (s) {
        s->until = until;
        qemu_cond_broadcast(&changed);
    }
}

void irq_log_say(const char *line)
{
    IrqLogStretch *s = new_for_stderr();
    const Outlet *o;

    s->line = g_strdup(line);
    QEMU_LOCK_GUARD(&lock);
    o = find_outlet(s);
    if (o && count(o, true) >= LINES_MAX) {
        stretch_free(s);
        return;
    }
    begin(s);
}

void irq_log_sinks_finish(void)
{
    int64_t deadline_ns = get_clock() + FINISH_NS;
    int64_t left_ns;

    QEMU_LOCK_GUARD(&lock);
    while (outlets->len && (left_ns = deadline_ns - get_clock()) > 0) {
        qemu_cond_timedwait(&changed, &lock, left_ns / SCALE_MS + 1);
    }
}

IrqLogWritten irq_log_written(void)
{
    IrqLogWritten w;

    QEMU_LOCK_GUARD(&lock);
    w = sum;
    for (guint i = 0; i < outlets->len; i++) {
        const Outlet *o = g_ptr_array_index(outlets, i);

        for (const GList *l = o->stretches.head; l; l = l->next) {
            const IrqLogStretch *s = l->data;

            if (s->ring) {
                w.unwritten += MIN(s->until, irq_log_ring_next(s->ring)) -
                               s->done;
            }
        }
    }
    return w;
}

/*
 * Log of qemu_set_irq() calls: the thread that writes records to stderr, or as
 * lines of JSON to a file
 *
 * It polls the ring every few milliseconds: a thread that sets an IRQ never
 * wakes it, waits for it, or notices that it cannot write.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qobject/json-writer.h"
#include "qemu/error-report.h"
#include "qemu/lockable.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "irq-log-int.h"

/* How often the ring is polled */
#define POLL_MS 2

/* Texts are collected up to this size before they are written. */
#define BUFFER_BYTES (64 * KiB)

/* How long a record may be PENDING: its thread is preempted, not dead. */
#define PENDING_NS NANOSECONDS_PER_SECOND

#define STOP_MS 1000

struct IrqLogWriter {
    IrqLogRing *ring;
    int fd;
    char *path;             /* NULL: stderr */
    uint64_t cursor;        /* next record to write; the thread's own */
    uint64_t until;         /* stop before this record; atomic */
    GString *buffer;
    unsigned records;       /* in the buffer */
    off_t length;           /* of the file, up to the last whole line */
    bool failing;           /* the failure has been reported */
    QemuSemaphore wake;
    QemuSemaphore ended;
    int refs;
};

static IrqLogWritten counts;    /* atomic, each */

/* Paths of files that a thread may still write to. */
static GHashTable *in_use;
static QemuMutex in_use_lock;

static void __attribute__((constructor)) in_use_init(void)
{
    qemu_mutex_init(&in_use_lock);
}

static void writer_unref(IrqLogWriter *w)
{
    if (qatomic_fetch_dec(&w->refs) > 1) {
        return;
    }
    irq_log_ring_unref(w->ring);
    qemu_sem_destroy(&w->wake);
    qemu_sem_destroy(&w->ended);
    g_string_free(w->buffer, TRUE);
    g_free(w->path);
    g_free(w);
}

/* ---- out ---- */

static unsigned lines_in(const char *text, size_t length)
{
    unsigned lines = 0;

    while (length--) {
        lines += *text++ == '\n';
    }
    return lines;
}

static void report_once(IrqLogWriter *w, int error)
{
    if (!w->failing && w->path) {
        warn_report("irq-log: cannot write to '%s': %s; records are lost, "
                    "query-irq-log-status counts them", w->path,
                    strerror(error));
    }
    w->failing = true;
}

/*
 * Of the @done bytes that were written, keep whole lines only, so that the file
 * can be read at any time.  Returns the number of lines that stay.
 */
static unsigned take_back(IrqLogWriter *w, size_t done)
{
    size_t whole = done;

    while (whole > 0 && w->buffer->str[whole - 1] != '\n') {
        whole--;
    }
    if (whole < done && ftruncate(w->fd, w->length + whole) < 0) {
        /* A pipe or a device has half a line now: end that. */
        ssize_t ignored = write(w->fd, "\n", 1);

        (void)ignored;
    }
    w->length += whole;
    return lines_in(w->buffer->str, whole);
}

/* Empties the buffer, whether it can be written or not. */
static void flush(IrqLogWriter *w)
{
    size_t done = 0;
    unsigned written = w->records;
    int error = 0;

    if (w->buffer->len == 0) {
        return;
    }
    while (done < w->buffer->len) {
        ssize_t n = RETRY_ON_EINTR(write(w->fd, w->buffer->str + done,
                                         w->buffer->len - done));

        if (n < 0 && errno == EAGAIN) {     /* stderr may be non-blocking */
            g_usleep(1000);
            continue;
        }
        if (n <= 0) {
            error = n < 0 ? errno : ENOSPC;
            break;
        }
        done += n;
    }
    if (error) {
        written = w->path ? take_back(w, done) : 0;
        report_once(w, error);
    } else {
        w->length += done;
        w->failing = false;
    }
    qatomic_add(&counts.written, written);
    qatomic_add(&counts.refused, w->records - written);
    g_string_truncate(w->buffer, 0);
    w->records = 0;
}

/* ---- formats ---- */

/* Other programs parse this: not a character may change. */
static void append_block(GString *out, const IrqLogRecord *r,
                         const IrqLogEntry *e)
{
    g_string_append_printf(
        out,
        "irq-log: time=%" PRId64 "ns level=%d n=%d kind=%s\n"
        "         path=%s\n"
        "         irq=0x%" PRIx64 " handler=0x%" PRIx64 " opaque=0x%" PRIx64
        "\n"
        "         host-tid=%d caller=0x%" PRIx64 "\n",
        r->time_ns, r->level, r->line, e->kind, e->path, r->irq, r->handler,
        r->opaque, r->tid, r->caller);
}

static void append_json(GString *out, const IrqLogEntry *e)
{
    g_autoptr(JSONWriter) json = json_writer_new(false);

    irq_log_write_entry(json, e);
    g_string_append(out, json_writer_get(json));
    g_string_append_c(out, '\n');
}

static void append(IrqLogWriter *w, const IrqLogRecord *r, uint64_t dropped)
{
    g_autoptr(IrqLogEntry) e = irq_log_names_resolve(w->cursor, dropped, r);

    if (w->path) {
        append_json(w->buffer, e);
    } else {
        append_block(w->buffer, r, e);
    }
    w->records++;
    if (w->buffer->len >= BUFFER_BYTES) {
        flush(w);
    }
}

/* ---- the thread ---- */

/* Writes what is there, up to record @until; stops at a PENDING one. */
static void drain(IrqLogWriter *w, uint64_t until, uint64_t *dropped)
{
    uint64_t oldest = irq_log_ring_oldest(w->ring, until);

    if (w->cursor < oldest) {   /* no need to ask for each one */
        qatomic_add(&counts.overtaken, oldest - w->cursor);
        *dropped += oldest - w->cursor;
        w->cursor = oldest;
    }
    while (w->cursor < until) {
        IrqLogRecord r;
        IrqLogState state = irq_log_ring_get(w->ring, w->cursor, &r);

        if (state == IRQ_LOG_PENDING) {
            break;
        }
        if (state == IRQ_LOG_PRESENT) {
            append(w, &r, *dropped);
        } else {
            qatomic_inc(&counts.overtaken);
            ++*dropped;
        }
        w->cursor++;
    }
    flush(w);
}

static void end(IrqLogWriter *w)
{
    if (w->path) {
        close(w->fd);
        QEMU_LOCK_GUARD(&in_use_lock);
        g_hash_table_remove(in_use, w->path);
    }
    qemu_sem_post(&w->ended);
    writer_unref(w);
}

static void *writer_thread(void *opaque)
{
    IrqLogWriter *w = opaque;
    uint64_t dropped = 0;
    int64_t give_up_ns = 0;

    for (;;) {
        uint64_t until = qatomic_read(&w->until);
        bool last = until != UINT64_MAX;

        drain(w, MIN(until, irq_log_ring_next(w->ring)), &dropped);
        if (last) {
            int64_t now = get_clock();

            give_up_ns = give_up_ns ?: now + PENDING_NS;
            if (w->cursor >= until || now >= give_up_ns) {
                break;
            }
        }
        qemu_sem_timedwait(&w->wake, POLL_MS);
    }
    if (w->cursor < qatomic_read(&w->until)) {
        qatomic_add(&counts.overtaken, w->until - w->cursor);
    }
    end(w);
    return NULL;
}

static int open_file(const char *path, Error **errp)
{
    QEMU_LOCK_GUARD(&in_use_lock);
    if (!in_use) {
        in_use = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    if (g_hash_table_contains(in_use, path)) {
        error_setg(errp, "the log before this one is still being written to "
                   "'%s'; wait for it, or give another path", path);
        return -1;
    }
    int fd = qemu_create(path, O_WRONLY | O_TRUNC, 0600, errp);

    if (fd >= 0) {
        g_hash_table_add(in_use, g_strdup(path));
    }
    return fd;
}

IrqLogWriter *irq_log_writer_new(IrqLogRing *ring, uint64_t from,
                                 const char *path, Error **errp)
{
    IrqLogWriter *w;
    QemuThread thread;
    int fd = path ? open_file(path, errp) : STDERR_FILENO;

    if (fd < 0) {
        return NULL;
    }
    w = g_new0(IrqLogWriter, 1);
    w->ring = irq_log_ring_ref(ring);
    w->fd = fd;
    w->path = g_strdup(path);
    w->cursor = from;
    w->until = UINT64_MAX;
    w->buffer = g_string_sized_new(BUFFER_BYTES + KiB);
    w->refs = 2;                /* the thread's, the caller's */
    qemu_sem_init(&w->wake, 0);
    qemu_sem_init(&w->ended, 0);
    qemu_thread_create(&thread, "irq-log", writer_thread, w,
                       QEMU_THREAD_DETACHED);
    return w;
}

void irq_log_writer_stop(IrqLogWriter *w, uint64_t until)
{
    if (!w) {
        return;
    }
    qatomic_set(&w->until, until);
    qemu_sem_post(&w->wake);
    qemu_sem_timedwait(&w->ended, STOP_MS);
    writer_unref(w);
}

IrqLogWritten irq_log_writer_counts(void)
{
    return (IrqLogWritten) {
        .written = qatomic_read(&counts.written),
        .overtaken = qatomic_read(&counts.overtaken),
        .refused = qatomic_read(&counts.refused),
    };
}

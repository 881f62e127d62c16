/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/qemu-trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define HEADER_ID UINT64_MAX
#define HEADER_MAGIC UINT64_C(0xf2b177cb0aa429b4)
#define HEADER_VERSION 4
#define LOST_ID (UINT64_MAX - 1)

enum { TYPE_NAME = 0, TYPE_RECORD = 1 };

/* Lengths in bytes, the type included. */
#define HEADER_LENGTH 24
#define TYPE_LENGTH 8
#define NAME_HEAD_LENGTH (TYPE_LENGTH + 12)
#define RECORD_HEAD_LENGTH (TYPE_LENGTH + 24)

/* A record passes through QEMU's buffer in one piece, so it is no longer than the buffer. */
#define RECORD_MAX (256 * 1024)
/* Far beyond the longest name and the number of events in QEMU. */
#define NAME_MAX_LENGTH 1024
#define NAMES_MAX 65536
#define BUFFER_SIZE (2 * RECORD_MAX)

struct SyQemuTrace {
    char *path;
    int fd;
    uint64_t offset;   /* in the file, of buffer[begin] */
    gsize begin, end;  /* the part of the buffer that is not yet parsed */
    GHashTable *names; /* event -> name */
    uint64_t lost;
    bool headed; /* the header has been read */
    bool broken;
    uint8_t buffer[BUFFER_SIZE];
};

SyQemuTrace *sy_qemu_trace_open(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    SyQemuTrace *trace;

    if (fd < 0) {
        sy_error_set_io(error, errno, "cannot open QEMU's trace", path);
        return NULL;
    }
    trace = g_new0(SyQemuTrace, 1);
    trace->path = g_strdup(path);
    trace->fd = fd;
    trace->names = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return trace;
}

void sy_qemu_trace_free(SyQemuTrace *trace)
{
    if (!trace) {
        return;
    }
    close(trace->fd);
    g_hash_table_unref(trace->names);
    g_free(trace->path);
    g_free(trace);
}

static SyQemuTraceStep G_GNUC_PRINTF(4, 5)
    fail(SyQemuTrace *trace, GError **error, SyError kind, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SY_ERROR, (gint)kind, "QEMU's trace %s at offset %" G_GUINT64_FORMAT ": %s",
                trace->path, trace->offset, what);
    trace->broken = true;
    return SY_QEMU_TRACE_ERROR;
}

/* RECORD if `length` bytes are in the buffer, END if the file does not have them (yet). */
static SyQemuTraceStep need(SyQemuTrace *trace, gsize length, GError **error)
{
    if (trace->end - trace->begin >= length) {
        return SY_QEMU_TRACE_RECORD;
    }
    memmove(trace->buffer, trace->buffer + trace->begin, trace->end - trace->begin);
    trace->end -= trace->begin;
    trace->begin = 0;
    while (trace->end < length) {
        ssize_t n = read(trace->fd, trace->buffer + trace->end, BUFFER_SIZE - trace->end);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            sy_error_set_io(error, errno, "cannot read QEMU's trace", trace->path);
            trace->broken = true;
            return SY_QEMU_TRACE_ERROR;
        }
        if (n == 0) {
            return SY_QEMU_TRACE_END;
        }
        trace->end += (gsize)n;
    }
    return SY_QEMU_TRACE_RECORD;
}

static uint64_t u64_at(const SyQemuTrace *trace, gsize offset)
{
    uint64_t value;

    memcpy(&value, trace->buffer + trace->begin + offset, sizeof(value));
    return value;
}

static uint32_t u32_at(const SyQemuTrace *trace, gsize offset)
{
    uint32_t value;

    memcpy(&value, trace->buffer + trace->begin + offset, sizeof(value));
    return value;
}

static void skip(SyQemuTrace *trace, gsize length)
{
    trace->begin += length;
    trace->offset += length;
}

static SyQemuTraceStep read_header(SyQemuTrace *trace, GError **error)
{
    SyQemuTraceStep step = need(trace, HEADER_LENGTH, error);

    if (step != SY_QEMU_TRACE_RECORD) {
        return step;
    }
    if (u64_at(trace, 0) != HEADER_ID || u64_at(trace, 8) != HEADER_MAGIC) {
        return fail(trace, error, SY_ERROR_PROTOCOL,
                    "no header of the trace backend `simple`; `qemu-system-x86_64 -trace help` "
                    "and QEMU's configure line (trace backends) show whether it was built in");
    }
    if (u64_at(trace, 16) != HEADER_VERSION) {
        return fail(trace, error, SY_ERROR_UNAVAILABLE,
                    "format version %" G_GUINT64_FORMAT "; steelyard reads %d", u64_at(trace, 16),
                    HEADER_VERSION);
    }
    skip(trace, HEADER_LENGTH);
    trace->headed = true;
    return SY_QEMU_TRACE_RECORD;
}

static SyQemuTraceStep read_name(SyQemuTrace *trace, GError **error)
{
    SyQemuTraceStep step = need(trace, NAME_HEAD_LENGTH, error);
    uint64_t event;
    uint32_t length;
    g_autofree char *name = NULL;
    const char *former;

    if (step != SY_QEMU_TRACE_RECORD) {
        return step;
    }
    event = u64_at(trace, TYPE_LENGTH);
    length = u32_at(trace, TYPE_LENGTH + 8);
    if (length == 0 || length > NAME_MAX_LENGTH) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "an event name of %u bytes", length);
    }
    step = need(trace, NAME_HEAD_LENGTH + length, error);
    if (step != SY_QEMU_TRACE_RECORD) {
        return step;
    }
    name = g_strndup((const char *)trace->buffer + trace->begin + NAME_HEAD_LENGTH, length);
    former = g_hash_table_lookup(trace->names, &event);
    if (former && strcmp(former, name) != 0) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "event %" G_GUINT64_FORMAT " has two names",
                    event);
    }
    if (!former && g_hash_table_size(trace->names) == NAMES_MAX) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "more than %d events have names", NAMES_MAX);
    }
    if (!former) {
        g_hash_table_insert(trace->names, g_memdup2(&event, sizeof(event)), g_steal_pointer(&name));
    }
    skip(trace, NAME_HEAD_LENGTH + length);
    return SY_QEMU_TRACE_RECORD;
}

static void fill(const SyQemuTrace *trace, gsize length, SyQemuTraceRecord *out)
{
    gsize n = length / sizeof(uint64_t);

    out->time_ns = (int64_t)u64_at(trace, TYPE_LENGTH + 8);
    out->pid = u32_at(trace, TYPE_LENGTH + 20);
    out->bytes = trace->buffer + trace->begin + RECORD_HEAD_LENGTH;
    out->length = length;
    out->n_args = 0;
    if (length % sizeof(uint64_t) == 0 && n <= SY_QEMU_TRACE_ARGS_MAX) {
        out->n_args = (guint)n;
        memcpy(out->args, out->bytes, length);
    }
}

/* Fills `out`; its event stays NULL if the record counts lost ones. */
static SyQemuTraceStep read_record(SyQemuTrace *trace, SyQemuTraceRecord *out, GError **error)
{
    SyQemuTraceStep step = need(trace, RECORD_HEAD_LENGTH, error);
    uint64_t event;
    uint32_t length;

    if (step != SY_QEMU_TRACE_RECORD) {
        return step;
    }
    event = u64_at(trace, TYPE_LENGTH);
    length = u32_at(trace, TYPE_LENGTH + 16);
    if (length < RECORD_HEAD_LENGTH - TYPE_LENGTH || length > RECORD_MAX) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "a record of %u bytes", length);
    }
    step = need(trace, TYPE_LENGTH + length, error);
    if (step != SY_QEMU_TRACE_RECORD) {
        return step;
    }
    fill(trace, length - (RECORD_HEAD_LENGTH - TYPE_LENGTH), out);
    out->event = NULL;
    if (event != LOST_ID) {
        out->event = g_hash_table_lookup(trace->names, &event);
        if (!out->event) {
            return fail(trace, error, SY_ERROR_PROTOCOL,
                        "a record of event %" G_GUINT64_FORMAT ", which was not named", event);
        }
    } else if (out->n_args != 1) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "lost records without their number");
    } else {
        trace->lost = MAX(trace->lost + out->args[0], trace->lost);
    }
    skip(trace, TYPE_LENGTH + length);
    return SY_QEMU_TRACE_RECORD;
}

SyQemuTraceStep sy_qemu_trace_next(SyQemuTrace *trace, SyQemuTraceRecord *record, GError **error)
{
    SyQemuTraceStep step = SY_QEMU_TRACE_RECORD;

    if (trace->broken) {
        return fail(trace, error, SY_ERROR_PROTOCOL, "nothing is read after an error");
    }
    record->event = NULL;
    if (!trace->headed) {
        step = read_header(trace, error);
    }
    while (step == SY_QEMU_TRACE_RECORD && !record->event) {
        step = need(trace, TYPE_LENGTH, error);
        if (step != SY_QEMU_TRACE_RECORD) {
            break;
        }
        switch (u64_at(trace, 0)) {
        case TYPE_NAME:
            step = read_name(trace, error);
            break;
        case TYPE_RECORD:
            step = read_record(trace, record, error);
            break;
        default:
            step = fail(trace, error, SY_ERROR_PROTOCOL, "unknown type 0x%" G_GINT64_MODIFIER "x",
                        u64_at(trace, 0));
        }
    }
    return step;
}

uint64_t sy_qemu_trace_lost(const SyQemuTrace *trace)
{
    return trace->lost;
}

uint64_t sy_qemu_trace_bytes(const SyQemuTrace *trace)
{
    return trace->offset;
}

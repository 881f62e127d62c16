/*
 * Log of qemu_set_irq() calls: what a record looks like on stderr and in a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qobject/json-writer.h"
#include "irq-log-sink.h"

/* Other programs parse this: not a character may change. */
void irq_log_format_block(GString *out, const IrqLogRecord *r,
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

void irq_log_format_json(GString *out, const IrqLogEntry *e)
{
    g_autoptr(JSONWriter) w = json_writer_new(false);

    json_writer_start_object(w, NULL);
    json_writer_uint64(w, "sequence", e->sequence);
    json_writer_uint64(w, "dropped", e->dropped);
    json_writer_int64(w, "timestamp-ns", e->timestamp_ns);
    json_writer_int64(w, "level", e->level);
    json_writer_int64(w, "irq-line", e->irq_line);
    json_writer_str(w, "kind", e->kind);
    json_writer_str(w, "path", e->path);
    json_writer_int64(w, "host-tid", e->host_tid);
    json_writer_str(w, "thread-name", e->thread_name);
    json_writer_uint64(w, "caller-addr", e->caller_addr);
    json_writer_str(w, "caller-symbol", e->caller_symbol);
    json_writer_uint64(w, "handler-addr", e->handler_addr);
    json_writer_str(w, "handler-symbol", e->handler_symbol);
    json_writer_end_object(w);
    g_string_append(out, json_writer_get(w));
    g_string_append_c(out, '\n');
}

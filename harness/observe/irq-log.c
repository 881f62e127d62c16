/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/irq-log.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

#define LINE_MAX_BYTES (64 * 1024)

/* Handlers of hw/i386/kvm/i8259.c, hw/i386/kvm/ioapic.c, hw/intc/ioapic.c and hw/i386/x86-common.c
 * in QEMU. */
static const struct {
    const char *symbol;
    SyIrqHandler handler;
} handlers[] = {
    {"gsi_handler", SY_IRQ_GSI},
    {"kvm_pic_set_irq", SY_IRQ_KVM_PIC},
    {"kvm_ioapic_set_irq", SY_IRQ_KVM_IOAPIC},
    {"ioapic_set_irq", SY_IRQ_IOAPIC},
};

static SyIrqHandler handler_of(const char *symbol)
{
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++) {
        if (strcmp(handlers[i].symbol, symbol) == 0) {
            return handlers[i].handler;
        }
    }
    return SY_IRQ_OTHER;
}

static bool int_member(JsonObject *object, const char *name, gint64 *value)
{
    JsonNode *node = json_object_get_member(object, name);

    if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64) {
        return false;
    }
    *value = json_node_get_int(node);
    return true;
}

bool sy_irq_record_parse(JsonObject *object, SyIrqRecord *record)
{
    JsonNode *symbol = json_object_get_member(object, "handler-symbol");
    gint64 sequence, dropped, level, line, tid;

    if (!int_member(object, "sequence", &sequence) || !int_member(object, "dropped", &dropped) ||
        !int_member(object, "timestamp-ns", &record->time_ns) ||
        !int_member(object, "level", &level) || !int_member(object, "irq-line", &line) ||
        !int_member(object, "host-tid", &tid) || sequence < 1 || dropped < 0 || !symbol ||
        !JSON_NODE_HOLDS_VALUE(symbol) || json_node_get_value_type(symbol) != G_TYPE_STRING) {
        return false;
    }
    record->sequence = (uint64_t)sequence;
    record->dropped = (uint64_t)dropped;
    record->level = (int)level;
    record->line = (int)line;
    record->tid = (int)tid;
    record->handler = handler_of(json_node_get_string(symbol));
    return true;
}

static bool parse_line(JsonParser *parser, const char *line, gsize length, SyIrqRecord *record)
{
    JsonNode *root;

    if (!json_parser_load_from_data(parser, line, (gssize)length, NULL)) {
        return false;
    }
    root = json_parser_get_root(parser);
    return root && JSON_NODE_HOLDS_OBJECT(root) &&
           sy_irq_record_parse(json_node_get_object(root), record);
}

static void set_error(GError **error, const char *name, guint64 number, const char *what)
{
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s:%" G_GUINT64_FORMAT ": %s", name, number,
                what);
}

GArray *sy_irq_log_read_stream(GInputStream *stream, const char *name, guint64 *others,
                               GError **error)
{
    g_autoptr(GDataInputStream) in = g_data_input_stream_new(stream);
    g_autoptr(GArray) records = g_array_new(FALSE, FALSE, sizeof(SyIrqRecord));
    g_autoptr(JsonParser) parser = json_parser_new();
    guint64 number = 0, skipped = 0, last = 0;

    for (;;) {
        g_autoptr(GError) cause = NULL;
        gsize length = 0;
        g_autofree char *line = g_data_input_stream_read_line(in, &length, NULL, &cause);
        SyIrqRecord record;

        if (!line && cause) {
            g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s: %s", name, cause->message);
            return NULL;
        }
        if (!line) {
            break;
        }
        number++;
        if (length > LINE_MAX_BYTES || strlen(line) != length) {
            set_error(error, name, number,
                      "not a line of an IRQ log: it is too long, or contains NUL bytes");
            return NULL;
        }
        if (!parse_line(parser, line, length, &record)) {
            set_error(error, name, number,
                      "not a record of an IRQ log; is this the whole file of irq-log-set?");
            return NULL;
        }
        if (record.sequence <= last) {
            set_error(error, name, number, "the sequence number does not ascend");
            return NULL;
        }
        last = record.sequence;
        if (record.handler == SY_IRQ_OTHER) {
            skipped++;
        } else {
            g_array_append_val(records, record);
        }
    }
    if (others) {
        *others = skipped;
    }
    return g_steal_pointer(&records);
}

GArray *sy_irq_log_read(const char *path, guint64 *others, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) cause = NULL;
    g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, &cause);

    if (!stream) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s: %s", path, cause->message);
        return NULL;
    }
    return sy_irq_log_read_stream(G_INPUT_STREAM(stream), path, others, error);
}

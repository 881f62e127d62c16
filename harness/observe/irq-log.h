/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the modified QEMU's IRQ log writes to a file: one JSON object a line, with the members
 * of IrqLogEntry (qemu-mods/src/qapi/irq-log.json). */
#ifndef SY_OBSERVE_IRQ_LOG_H
#define SY_OBSERVE_IRQ_LOG_H

#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What takes an IRQ, as far as it matters where an interrupt goes. */
typedef enum {
    SY_IRQ_OTHER,
    SY_IRQ_GSI,        /* where all lines of a PC begin */
    SY_IRQ_KVM_PIC,    /* the PIC inside KVM */
    SY_IRQ_KVM_IOAPIC, /* the IOAPIC inside KVM */
    SY_IRQ_IOAPIC,     /* QEMU's own IOAPIC */
} SyIrqHandler;

typedef struct {
    uint64_t sequence;
    uint64_t dropped;
    int64_t time_ns; /* CLOCK_MONOTONIC */
    int level;
    int line;
    int tid;
    SyIrqHandler handler;
} SyIrqRecord;

/* A member of the JSON object that says what a record is; false if one is missing or is nonsense.
 * Pure. */
bool sy_irq_record_parse(JsonObject *object, SyIrqRecord *record);

/*
 * The records in the file `path` whose handler is one of those above, in their order; *others (may
 * be NULL): how many had another. Lines may not be longer than 64 KiB. SY_ERROR_PROTOCOL names file
 * and line, if one is no record or out of order; SY_ERROR_IO. The caller frees the array of
 * SyIrqRecord.
 */
GArray *sy_irq_log_read(const char *path, guint64 *others, GError **error);

/* The same from `stream`, which `name` stands for in messages. */
GArray *sy_irq_log_read_stream(GInputStream *stream, const char *name, guint64 *others,
                               GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the file that the modded QEMU's IRQ log writes: one JSON object per line, with the members
 * of IrqLogEntry (qemu-mods/src/qapi/irq-log.json). */
#ifndef SY_OBSERVE_IRQ_LOG_H
#define SY_OBSERVE_IRQ_LOG_H

#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What handles an IRQ, as far as it decides where an interrupt goes. */
typedef enum {
    SY_IRQ_OTHER,
    SY_IRQ_GSI,        /* where all IRQ lines of a PC begin */
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

/* Reads a record from its JSON object; false if a member is missing or has a wrong value. Pure. */
bool sy_irq_record_parse(JsonObject *object, SyIrqRecord *record);

/*
 * The records in the file `path` whose handler is one of SyIrqHandler but SY_IRQ_OTHER, in the
 * file's order; *others (may be NULL) counts the rest. A line may be up to 64 KiB long.
 * SY_ERROR_PROTOCOL names the file and the line that is malformed or out of order; SY_ERROR_IO. The
 * caller frees the array of SyIrqRecord.
 */
GArray *sy_irq_log_read(const char *path, guint64 *others, GError **error);

/* The same from `stream`, which messages call `name`. */
GArray *sy_irq_log_read_stream(GInputStream *stream, const char *name, guint64 *others,
                               GError **error);

#endif

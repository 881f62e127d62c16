/*
 * Log of what is set by qemu_set_irq(): what its files know of each other
 *
 *   irq-log-gate.c    the branch in qemu_set_irq()
 *   irq-log.c         settings, and the record of an IRQ being set
 *   irq-log-ring.c    where records go (pure)
 *   irq-log-filter.c  which IRQs are logged (pure)
 *   irq-log-names.c   what the numbers in a record are called
 *   irq-log-symbols.c names of functions
 *   irq-log-sink.c    the thread that writes to stderr or to a file
 *   irq-log-qmp.c     QMP commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_INT_H
#define HW_CORE_IRQ_LOG_INT_H

#include "qapi/qapi-types-irq-log.h"
#include "qemu/rcu.h"
#include "qobject/json-writer.h"
#include "irq-log.h"
#include "irq-log-filter.h"
#include "irq-log-ring.h"

/* What irq-log-set asks for; texts are NULL where there is none. */
typedef struct IrqLogSettings {
    IrqLogSink sink;
    char *path;             /* of the file */
    bool has_line;
    int32_t line;
    char *filter_path;
    uint32_t rate_limit;    /* per second; 0: none */
    uint64_t entries;
} IrqLogSettings;

/* Settings in force: what a thread that sets an IRQ looks at, under RCU. */
typedef struct IrqLogConfig {
    struct rcu_head rcu;
    IrqLogSettings settings;
    IrqLogRing *ring;       /* with a reference */
    uint64_t closed_at;     /* records from here on come too late: those that
                               followed are in another ring; 0: none are */
    uint32_t mark;          /* IRQState.log_mark of IRQs that are logged */
    bool anonymous;         /* filter_path: those without a path are logged */
    IrqLogLimit limit;
} IrqLogConfig;

typedef struct IrqLogWriter IrqLogWriter;

/* ---- irq-log.c; all under the BQL ---- */

/*
 * Begins to log, or goes on with other settings; they are copied.  The same
 * ones again change nothing.  On failure nothing is changed, either.
 */
bool irq_log_enable(const IrqLogSettings *settings, Error **errp);

/* Ends it.  The ring keeps its records.  Waits a little for the writer. */
void irq_log_disable(void);

/* The ring of now, or of before the log was disabled; NULL: never enabled. */
IrqLogRing *irq_log_ring(void);

/* What query-irq-log-status says; the caller frees. */
IrqLogStatus *irq_log_status(void);

/* ---- irq-log-names.c ---- */

/*
 * Learns the paths of all IRQs there are, and marks those that @glob matches
 * (NULL: none) with @mark, others with @mark - 1.  Also of those of devices
 * that come later.  Names of IRQs that are gone are kept as long as records
 * from @oldest on are; @next is the next record's number.  Under the BQL.
 */
void irq_log_names_learn(const char *glob, uint32_t mark, uint64_t oldest,
                         uint64_t next);

/* Learns what has come since, unless that was done for the same @next. */
void irq_log_names_refresh(uint64_t oldest, uint64_t next);

/* Whether a path is known for every IRQ of that id; any thread. */
bool irq_log_names_know(uint32_t id);

/*
 * The record with all its names, as query-irq-log returns it; the caller
 * frees.  Any thread.
 */
IrqLogEntry *irq_log_names_resolve(uint64_t sequence, uint64_t dropped,
                                   const IrqLogRecord *record);

/* The members of IrqLogEntry as a JSON object, in a reply and in a file. */
void irq_log_write_entry(JSONWriter *w, const IrqLogEntry *e);

/* ---- irq-log-symbols.c; the caller sees to it that it is one at a time ---- */

/*
 * The name of the function that @address lies in, or NULL; valid until
 * irq_log_symbols_forget().
 */
const char *irq_log_symbol(uint64_t address);
void irq_log_symbols_forget(void);

/* ---- irq-log-sink.c ---- */

/*
 * Starts a thread that writes the records of @ring from @from on: to stderr,
 * or, if @path is not NULL, as lines of JSON to that file, which is made anew.
 */
IrqLogWriter *irq_log_writer_new(IrqLogRing *ring, uint64_t from,
                                 const char *path, Error **errp);

/*
 * It is to end before record @until.  Waits for that for a second at most,
 * because whoever reads stderr may have stopped to; it ends by itself then.
 * @writer is the caller's no more.  NULL is fine.
 */
void irq_log_writer_stop(IrqLogWriter *writer, uint64_t until);

/*
 * Of all writers since QEMU's start: records written; not written because the
 * ring had lost them; not written because the file or stderr took no more.
 */
typedef struct IrqLogWritten {
    uint64_t written;
    uint64_t overtaken;
    uint64_t refused;
} IrqLogWritten;

IrqLogWritten irq_log_writer_counts(void);

#endif

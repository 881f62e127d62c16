/*
 * Log of qemu_set_irq() calls: what its files share
 *
 *   irq-log-gate.c    the branch in qemu_set_irq()
 *   irq-log.c         settings, and making the record of a call
 *   irq-log-ring.c    where records go (pure)
 *   irq-log-filter.c  which IRQs are logged (pure)
 *   irq-log-names.c   names for the numbers in a record
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

/* What irq-log-set asks for; a text is NULL if it is absent. */
typedef struct IrqLogSettings {
    IrqLogSink sink;
    char *path;             /* of the file */
    bool has_line;
    int32_t line;
    char *filter_path;
    uint32_t rate_limit;    /* per second; 0: none */
    uint64_t entries;
} IrqLogSettings;

/* Settings in force, which threads that set an IRQ read under RCU */
typedef struct IrqLogConfig {
    struct rcu_head rcu;
    IrqLogSettings settings;
    IrqLogRing *ring;       /* with a reference */
    /*
     * Records from this number on are lost, because the next ring has records
     * of the same numbers; 0: there is no next ring.
     */
    uint64_t closed_at;
    uint32_t mark;          /* IRQState.log_mark of IRQs that are logged */
    bool anonymous;         /* filter_path matches IRQs without a path */
    IrqLogLimit limit;
} IrqLogConfig;

typedef struct IrqLogWriter IrqLogWriter;

/* ---- irq-log.c; all under the BQL ---- */

/*
 * Start to log, or go on with other settings, which are copied.  The same
 * settings again change nothing; nor does a failure.
 */
bool irq_log_enable(const IrqLogSettings *settings, Error **errp);

/*
 * Stop logging.  The ring keeps its records.  Waits at most a second for the
 * writer.
 */
void irq_log_disable(void);

/* The ring, which outlives irq_log_disable(); NULL: never enabled. */
IrqLogRing *irq_log_ring(void);

/* What query-irq-log-status returns; the caller frees it. */
IrqLogStatus *irq_log_status(void);

/* ---- irq-log-names.c ---- */

/*
 * Learn the paths of all IRQs, also of devices that are realized later.  If
 * @glob is not NULL, mark the IRQs that it matches with @mark, the others with
 * @mark - 1.  The name of an IRQ that is gone is kept while one of the records
 * from @oldest on may need it; @next is the next record's number.  Under the
 * BQL.
 */
void irq_log_names_learn(const char *glob, uint32_t mark, uint64_t oldest,
                         uint64_t next);

/* Learn the IRQs that are new, unless that was done for the same @next. */
void irq_log_names_refresh(uint64_t oldest, uint64_t next);

/* Whether the path of the IRQ with that id is known; any thread. */
bool irq_log_names_know(uint32_t id);

/*
 * The record with all its names, as query-irq-log returns it; the caller
 * frees.  Any thread.
 */
IrqLogEntry *irq_log_names_resolve(uint64_t sequence, uint64_t dropped,
                                   const IrqLogRecord *record);

/* The members of IrqLogEntry as a JSON object, in a reply and in a file. */
void irq_log_write_entry(JSONWriter *w, const IrqLogEntry *e);

/* ---- irq-log-symbols.c; one thread at a time, under the caller's lock ---- */

/*
 * The name of the function that @address lies in, or NULL; valid until
 * irq_log_symbols_forget().
 */
const char *irq_log_symbol(uint64_t address);
void irq_log_symbols_forget(void);

/* ---- irq-log-sink.c ---- */

/*
 * Start a thread that writes the records of @ring from @from on: to stderr, or,
 * if @path is not NULL, as lines of JSON to that file, which is truncated.
 */
IrqLogWriter *irq_log_writer_new(IrqLogRing *ring, uint64_t from,
                                 const char *path, Error **errp);

/*
 * Make @writer stop before record @until.  Waits at most a second for that,
 * because the reader of stderr may be stuck; the writer then ends by itself.
 * Takes over the caller's reference to @writer, which may be NULL.
 */
void irq_log_writer_stop(IrqLogWriter *writer, uint64_t until);

/* Records of all writers since QEMU started */
typedef struct IrqLogWritten {
    uint64_t written;
    uint64_t overtaken;     /* not written: the ring had lost them */
    uint64_t refused;       /* not written: the file or stderr took no more */
} IrqLogWritten;

IrqLogWritten irq_log_writer_counts(void);

#endif

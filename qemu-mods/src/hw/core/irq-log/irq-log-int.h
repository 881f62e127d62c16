/*
 * Log of qemu_set_irq() calls: what its files share
 *
 *   irq-log-gate.c    the branch in qemu_set_irq()
 *   irq-log.c         settings, and making the record of a call
 *   irq-log-ring.c    where records go (pure)
 *   irq-log-filter.c  which IRQs are logged (pure)
 *   irq-log-names.c   names for the numbers in a record
 *   irq-log-symbols.c names of functions
 *   irq-log-sink.c    what goes to stderr and to files, and their threads
 *   irq-log-format.c  what a record looks like there
 *   irq-log-out.c     writing to a descriptor that may not take it
 *   irq-log-qmp.c     QMP commands
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_INT_H
#define HW_CORE_IRQ_LOG_INT_H

#include "qapi/qapi-types-irq-log.h"
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

/* ---- irq-log.c; all under the BQL ---- */

/*
 * Start to log, or go on with other settings, which are copied.  The same
 * settings again change nothing; nor does a failure.  Does not wait for a sink.
 */
bool irq_log_enable(const IrqLogSettings *settings, Error **errp);

/*
 * Stop logging.  The ring keeps its records, and the sink gets those that it
 * does not have yet.
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

/* Whether @glob matches the path of the IRQ with that id; any thread. */
bool irq_log_names_match(uint32_t id, const char *glob);

/*
 * The record with all its names, as query-irq-log returns it; the caller
 * frees.  Symbols only as far as they have been looked up.  Any thread.
 */
IrqLogEntry *irq_log_names_resolve(uint64_t sequence, uint64_t dropped,
                                   const IrqLogRecord *record);

/* ---- irq-log-symbols.c; any thread ---- */

/* The call itself: the return address may be in the next function. */
static inline uint64_t irq_log_caller(const IrqLogRecord *record)
{
    return record->caller - 1;
}

/*
 * Whether the symbol of @address has been looked up.  *@name is the function's
 * name, or NULL; it is never freed.
 */
bool irq_log_symbol(uint64_t address, const char **name);

/*
 * Look up the symbols of @n addresses.  Unless all of them are known, reads
 * QEMU's symbol table, which takes some hundred milliseconds: not under the
 * BQL.
 */
void irq_log_symbols_look_up(const uint64_t *addresses, size_t n);

#endif

/*
 * Log of qemu_set_irq() calls: records on their way to stderr and to files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_CORE_IRQ_LOG_SINK_H
#define HW_CORE_IRQ_LOG_SINK_H

#include "irq-log-int.h"

/* ---- irq-log-format.c ---- */

/* Append a record as four lines of text. */
void irq_log_format_block(GString *out, const IrqLogRecord *r,
                          const IrqLogEntry *e);

/* Append a record as a line of JSON with the members of IrqLogEntry. */
void irq_log_format_json(GString *out, const IrqLogEntry *e);

/* ---- irq-log-out.c; any thread ---- */

/* A file or stderr, and how it is written to */
typedef struct IrqLogOut {
    int fd;                 /* -1: none yet */
    bool regular;           /* a regular file, which never blocks */
    off_t length;           /* of the file, up to the last whole line */
} IrqLogOut;

/* What is written at once stays together, even in a pipe. */
size_t irq_log_out_max(const IrqLogOut *out);

/*
 * Write @text, which is whole lines.  Returns how many bytes of whole lines
 * were written; less than all after an error, of which *@error is the errno.
 * While @fd takes nothing, asks every 100 ms whether to go on: @patient gets
 * how long that has been so; if it says no, the error is ETIMEDOUT.
 */
size_t irq_log_out_write(IrqLogOut *out, const GString *text,
                         bool (*patient)(void *opaque, int64_t waited_ns),
                         void *opaque, int *error);

/* ---- irq-log-sink.c ---- */

/* Records that go to one sink, one after the other */
typedef struct IrqLogStretch IrqLogStretch;

/*
 * The records of @ring from @from on, for stderr or, if @path is not NULL, as
 * lines of JSON for that file.  If @after is not NULL, they follow it in its
 * file; else the file is replaced.  Fails, too, if the sinks have too much to
 * write already.  Nothing happens to the file before irq_log_stretch_begin().
 * Under the BQL.
 */
IrqLogStretch *irq_log_stretch_new(IrqLogRing *ring, uint64_t from,
                                   const char *path, IrqLogStretch *after,
                                   Error **errp);

/* From now on a thread writes it; @stretch lives until it is ended. */
void irq_log_stretch_begin(IrqLogStretch *stretch);

/*
 * It ends before record @until.  Does not wait until these are written; a sink
 * that then takes nothing for a second is given up.  @stretch may be NULL.
 */
void irq_log_stretch_end(IrqLogStretch *stretch, uint64_t until);

/*
 * Have a line written to stderr after what is to be written there before; any
 * thread.  Lost if that is too much already.
 */
void irq_log_say(const char *line);

/* Wait until all is written that can be, at most a second. */
void irq_log_sinks_finish(void);

/* Records of all sinks since QEMU started */
typedef struct IrqLogWritten {
    uint64_t written;
    uint64_t overtaken;     /* not written: the ring had lost them */
    uint64_t refused;       /* not written: the file or stderr took no more */
    uint64_t unwritten;     /* not yet written */
} IrqLogWritten;

IrqLogWritten irq_log_written(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the binary file of QEMU's trace backend `simple`, also while QEMU is still writing it.
 *
 * The format is that of QEMU's trace/simple.c and scripts/simpletrace.py, version 4, in the
 * machine's byte order:
 *
 *     header    u64 ~0, u64 magic, u64 4
 *     then, in any order, each behind a u64 type:
 *     0 name    u64 event, u32 length, the event's name: before the event's first record
 *     1 record  u64 event, u64 time, u32 length of the whole, u32 pid, arguments
 *
 * An argument is a u64, or for a string a u32 length and its bytes; only QEMU's trace-events
 * files tell which. The time is QEMU's get_clock(): CLOCK_MONOTONIC, in ns, the clock of
 * sy_now_ns() on the same machine. It is taken before the record gets its place in the file, so
 * only the records of one thread are in order. Event ~0-1 counts the records that were lost because
 * QEMU's buffer (256 KiB) was full.
 */
#ifndef SY_OBSERVE_QEMU_TRACE_H
#define SY_OBSERVE_QEMU_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The most arguments that an event of QEMU has (scripts/tracetool). */
#define SY_QEMU_TRACE_ARGS_MAX 10

typedef struct SyQemuTrace SyQemuTrace;

typedef struct {
    const char *event;                     /* its name; valid until the reader is freed */
    int64_t time_ns;                       /* CLOCK_MONOTONIC */
    uint32_t pid;                          /* QEMU's */
    guint n_args;                          /* also 0 if not all arguments can be numbers */
    uint64_t args[SY_QEMU_TRACE_ARGS_MAX]; /* by position, if all are numbers */
    const void *bytes;                     /* the raw arguments; valid until the next call */
    gsize length;                          /* of `bytes` */
} SyQemuTraceRecord;

typedef enum {
    SY_QEMU_TRACE_RECORD, /* there is one */
    SY_QEMU_TRACE_END,    /* none yet; ask again if the file may have grown */
    SY_QEMU_TRACE_ERROR,  /* there will be none */
} SyQemuTraceStep;

/* Opens the file `path`, which may still be empty. SY_ERROR_IO. The caller owns the result. */
SyQemuTrace *sy_qemu_trace_open(const char *path, GError **error);

/*
 * The next record. Memory use does not grow with the file. Errors name the file and the offset:
 * SY_ERROR_PROTOCOL (not such a file, or a broken one), SY_ERROR_UNAVAILABLE (another version of
 * the format), SY_ERROR_IO.
 */
SyQemuTraceStep sy_qemu_trace_next(SyQemuTrace *trace, SyQemuTraceRecord *record, GError **error);

/* How many records QEMU reports as lost, in what was read so far. */
uint64_t sy_qemu_trace_lost(const SyQemuTrace *trace);

/* How much was read so far, in bytes. */
uint64_t sy_qemu_trace_bytes(const SyQemuTrace *trace);

/* NULL is fine. */
void sy_qemu_trace_free(SyQemuTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyQemuTrace, sy_qemu_trace_free)

#endif

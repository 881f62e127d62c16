/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a trace.dat with trace-cmd's own library, in a child process: libtracecmd (1.3.1) crashes
 * on a file that ends early. */
#ifndef SY_OBSERVE_TRACE_FILE_H
#define SY_OBSERVE_TRACE_FILE_H

#include <glib.h>
#include <stdbool.h>

struct tracecmd_input;
struct tep_record;

/* Gets one record of `buffer` (a trace.dat, or an instance in it) and the CPU that it is from. Runs
 * in the child; `data` is the caller's. */
typedef void SyTraceRecordFn(struct tracecmd_input *buffer, struct tep_record *record, int cpu,
                             gpointer data);

/*
 * Calls the SyTraceRecordFn `visit` for every record of all buffers of `file`, CPU after CPU. For
 * the child. False if a buffer cannot be read.
 */
bool sy_trace_file_each(struct tracecmd_input *file, SyTraceRecordFn *visit, gpointer data);

/* Reads `file` and writes its results to `out_fd`. Runs in the child. False: the file is broken. */
typedef bool SyTraceReader(struct tracecmd_input *file, int out_fd, gpointer data);

/*
 * Runs `reader` on the trace.dat `path` in a child process and returns what it wrote. Blocks
 * meanwhile. SY_ERROR_IO if the file cannot be opened, SY_ERROR_PROTOCOL if it is not a complete
 * trace.dat. The caller frees.
 */
GByteArray *sy_trace_file_read(const char *path, SyTraceReader *reader, gpointer data,
                               GError **error);

#endif

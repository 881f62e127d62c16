/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a trace.dat with trace-cmd's own library, in a child process: libtracecmd (1.3.1) crashes
 * on a file that ends early. */
#ifndef SY_OBSERVE_TRACE_FILE_H
#define SY_OBSERVE_TRACE_FILE_H

#include <glib.h>
#include <stdbool.h>

struct tracecmd_input;
struct tep_record;

/* Sees one record of `buffer` (a file, or an instance in it), in the child. */
typedef void SyTraceRecordFn(struct tracecmd_input *buffer, struct tep_record *record, int cpu,
                             gpointer data);

/*
 * In the child: shows `visit` every record of all buffers of `file`, CPU after CPU. False if a
 * buffer cannot be read.
 */
bool sy_trace_file_each(struct tracecmd_input *file, SyTraceRecordFn *visit, gpointer data);

/* Reads `file` and writes what it finds out to `out_fd`; in the child. False: it is broken. */
typedef bool SyTraceReader(struct tracecmd_input *file, int out_fd, gpointer data);

/*
 * What `reader` wrote about the trace.dat `path`. Blocks as long as that takes. SY_ERROR_IO if it
 * cannot be opened, SY_ERROR_PROTOCOL if it is no complete trace.dat. The caller frees.
 */
GByteArray *sy_trace_file_read(const char *path, SyTraceReader *reader, gpointer data,
                               GError **error);

#endif

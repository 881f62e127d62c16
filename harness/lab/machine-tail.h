/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that another process writes, read line by line while it grows. */
#ifndef SY_LAB_MACHINE_TAIL_H
#define SY_LAB_MACHINE_TAIL_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyTail SyTail;

/* A line longer than this is no line. */
#define SY_TAIL_LINE_BYTES (1 << 20)

/* Makes the file at `path` anew, empty and private, so that it can be followed from its first byte
 * on. The caller owns the result. SY_ERROR_IO. */
SyTail *sy_tail_new(const char *path, GError **error);

/*
 * The next line that is complete, without its newline, to *line (the caller frees); NULL if there
 * is none yet. Does not block. SY_ERROR_PROTOCOL: what is there is not text, or has no end;
 * SY_ERROR_IO.
 */
bool sy_tail_next(SyTail *tail, char **line, GError **error);

void sy_tail_free(SyTail *tail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyTail, sy_tail_free)

#endif

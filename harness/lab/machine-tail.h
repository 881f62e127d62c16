/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a file line by line while another process writes it. */
#ifndef SY_LAB_MACHINE_TAIL_H
#define SY_LAB_MACHINE_TAIL_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyTail SyTail;

/* A longer line is an error. */
#define SY_TAIL_LINE_BYTES (1 << 20)

/* Makes an empty, private file at `path`, to follow it from its first byte on. The caller owns the
 * result. SY_ERROR_IO. */
SyTail *sy_tail_new(const char *path, GError **error);

/*
 * *line is the next complete line without its newline (the caller frees), or NULL if there is none
 * yet. Does not block. SY_ERROR_PROTOCOL: the line is not text, or too long; SY_ERROR_IO.
 */
bool sy_tail_next(SyTail *tail, char **line, GError **error);

void sy_tail_free(SyTail *tail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyTail, sy_tail_free)

#endif

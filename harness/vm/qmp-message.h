/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP messages as text: composes commands, and puts messages together out of lines. Pure. */
#ifndef SY_VM_QMP_MESSAGE_H
#define SY_VM_QMP_MESSAGE_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "vm/json.h"

/* `object` as JSON on one line; the caller frees. */
char *sy_qmp_object_text(JsonObject *object);

/* The line that executes `command`; `arguments`, JSON text, may be NULL. The caller frees. */
char *sy_qmp_compose(const char *command, const char *arguments, gint64 id);

/*
 * The text of the "return" member if `line` is the reply to the command `id`, as QEMU writes it on
 * one line: {"return": ..., "id": N}. NULL if it is anything else. The caller frees.
 */
char *sy_qmp_raw_return(const char *line, gsize length, gint64 id);

/* The lines so far of a message that has not ended. All zeros: there are none. */
typedef struct {
    GString *text;
    SyJsonScan scan;
} SyQmpLines;

/*
 * Adds the next line, `*length` bytes. True if a message is whole, or is none at all; then `*line`,
 * which the caller frees, is all of it, with '\n' between the lines, and `lines` is empty again.
 * False if more lines have to come. A message takes many lines only if the first one is "{", as a
 * QEMU with -qmp-pretty writes it. One that grows over `limit` bytes is returned as it is.
 */
bool sy_qmp_lines_add(SyQmpLines *lines, gsize limit, char **line, gsize *length);

/* True between the lines of a message. */
bool sy_qmp_lines_open(const SyQmpLines *lines);

void sy_qmp_lines_clear(SyQmpLines *lines);

#endif

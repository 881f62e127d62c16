/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the end of a machine's log, as a person would read it off a screen. */
#ifndef SY_LAB_MACHINE_CONSOLE_H
#define SY_LAB_MACHINE_CONSOLE_H

#include <glib.h>

/*
 * The text that a terminal would show for `data`, as valid UTF-8: without escape sequences, other
 * control characters, and what a carriage return overwrites. The caller frees.
 */
char *sy_console_clean(const char *data, gsize length);

/* The last `lines` lines of clean text that are not blank, joined by `separator`; "" if there are
 * none. The caller frees. */
char *sy_console_last(const char *text, guint lines, const char *separator);

/*
 * Why the kernel panicked ("Out of memory: ..."), if the clean `text` reports a panic; else NULL.
 * It also cuts `text` after the line that began the trouble ("BUG: ...", "... invoked oom-killer"),
 * or else before the panic: registers and stacks follow. The caller frees.
 */
char *sy_console_cut_panic(char *text);

/* The end of the file at `path`, cleaned; "" if it cannot be read. The caller frees. */
char *sy_console_load(const char *path);

#endif

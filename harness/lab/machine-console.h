/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log of a machine says in the end, as a person would read it off a screen. */
#ifndef SY_LAB_MACHINE_CONSOLE_H
#define SY_LAB_MACHINE_CONSOLE_H

#include <glib.h>

/*
 * The text that a terminal would show of `data`: without escape sequences and other control
 * characters, what a carriage return overwrites left out, valid UTF-8. The caller frees.
 */
char *sy_console_clean(const char *data, gsize length);

/*
 * The last `lines` lines of clean text that are not blank, joined by `separator`; the caller frees;
 * "" if there are none.
 */
char *sy_console_last(const char *text, guint lines, const char *separator);

/*
 * Why the kernel panicked ("Out of memory: ..."), if clean text says that it did; `text` ends then
 * with the line that began the trouble ("BUG: ...", "... invoked oom-killer"), if there is one, or
 * before the panic: what follows are registers and stacks. Else NULL. The caller frees.
 */
char *sy_console_cut_panic(char *text);

/* The end of the file at `path`, cleaned; "" if it cannot be read. The caller frees. */
char *sy_console_load(const char *path);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds a command line word by word in a GPtrArray from g_ptr_array_new(). sy_argv_end() turns the
 * array into a vector of strings.
 */
#ifndef SY_BASE_ARGV_H
#define SY_BASE_ARGV_H

#include <glib.h>

/* Appends a copy of `word`. */
void sy_argv_add(GPtrArray *argv, const char *word);

/* Appends copies of `option` and of its `value`, as two words. */
void sy_argv_add_option(GPtrArray *argv, const char *option, const char *value);

/* Appends `option` and the formatted text, as two words. */
void sy_argv_add_printf(GPtrArray *argv, const char *option, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Appends the closing NULL, frees the array and returns its words; the caller frees
 * (g_strfreev). */
GStrv sy_argv_end(GPtrArray *argv);

/* `value` with every comma doubled, which keeps it one value in QEMU's option lists. The caller
 * frees. */
char *sy_argv_escape_commas(const char *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building a command line word by word. The arrays are GPtrArrays of strings that g_ptr_array_new()
 * made: whoever ends one with NULL and takes its words frees them with g_strfreev().
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

/* Ends the array with NULL and returns its words; frees the array. The caller frees
 * (g_strfreev). */
GStrv sy_argv_end(GPtrArray *argv);

/* `value` with every comma written twice, as QEMU's option lists want commas that belong to a
 * value. The caller frees. */
char *sy_argv_escape_commas(const char *value);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in columns of a terminal: cleaning, width, padding, wrapping. Every text that came from
 * outside goes through sy_text_line() first, so that no escape sequence of a guest reaches the
 * terminal.
 */
#ifndef SY_REPORT_TEXT_H
#define SY_REPORT_TEXT_H

#include <glib.h>

/*
 * `text` as one printable line of valid UTF-8: line breaks and tabs become blanks, other control
 * and direction-changing characters and broken bytes U+FFFD. NULL gives "". The caller frees.
 */
char *sy_text_line(const char *text);

/* Columns that `text`, a clean line, takes: two for wide characters, none for combining ones. */
guint sy_text_width(const char *text);

/* `text` cut to `width` columns, ending in "..." if it was longer. The caller frees. */
char *sy_text_fit(const char *text, guint width);

/* Appends `text` and blanks up to `width` columns; nothing is cut. */
void sy_text_append_padded(GString *out, const char *text, guint width);

/*
 * Appends the clean line `text` wrapped at blanks into the columns `indent`..`width`, each line but
 * the first indented, without a line break at the end. A word too long for a line is broken.
 */
void sy_text_append_wrapped(GString *out, const char *text, guint indent, guint width);

#endif

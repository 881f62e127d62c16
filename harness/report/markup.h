/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown origin inside XML 1.0 and HTML: whatever it holds, it stays text. */
#ifndef SY_REPORT_MARKUP_H
#define SY_REPORT_MARKUP_H

#include <glib.h>

/*
 * Appends `text` for element content or a quoted attribute: & < > " ' escaped, broken UTF-8 as
 * U+FFFD, and without the characters that XML 1.0 forbids even as references (most controls,
 * U+FFFE, U+FFFF). NULL appends nothing.
 */
void sy_markup_append(GString *out, const char *text);

/* Appends ` name="text"`, escaped; line breaks survive as references. NULL appends nothing at all.
 */
void sy_markup_append_attribute(GString *out, const char *name, const char *text);

/* Appends `text` as the path of a relative link: it cannot become another scheme or host. */
void sy_markup_append_link(GString *out, const char *text);

#endif

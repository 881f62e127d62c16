/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters that nobody sees, in files that people write and in messages that quote them. */
#ifndef SY_BASE_INVISIBLE_H
#define SY_BASE_INVISIBLE_H

#include <glib.h>

/*
 * `text` with each character that cannot be seen, or looks like a blank, as its code and name:
 * "<U+00A0 no-break space>". Line breaks, tabs and blanks stay; bytes that are not UTF-8 become
 * "<byte FF>". The caller frees.
 */
char *sy_invisible_shown(const char *text);

/* `text` behind the byte order mark that some editors begin a file with; `text` if it has none. */
const char *sy_invisible_skip_mark(const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: numbers from text. */
#ifndef STAND_IN_QEMU_CUTILS_H
#define STAND_IN_QEMU_CUTILS_H

#include <stdint.h>

/* 0 if `text` begins with a number; `*end` is then behind it. Without `end`, all of it must be one.
 */
int qemu_strtoi64(const char *text, const char **end, int base, int64_t *result);

#endif

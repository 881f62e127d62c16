/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: numbers from text. */
#ifndef STAND_IN_QEMU_CUTILS_H
#define STAND_IN_QEMU_CUTILS_H

#include <stdint.h>

/* 0 if `text` begins with a number; `*end` then points behind it. If `end` is NULL, all of `text`
 * must be the number. */
int qemu_strtoi64(const char *text, const char **end, int base, int64_t *result);

#endif

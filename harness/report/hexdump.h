/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory as people read it: 16 bytes a line, in hexadecimal and as text. Pure. */
#ifndef SY_REPORT_HEXDUMP_H
#define SY_REPORT_HEXDUMP_H

#include <glib.h>
#include <stdint.h>

/* Appends `n` bytes at `address` to `out`; lines that repeat the one before become a single "*". */
void sy_hexdump(GString *out, uint64_t address, const uint8_t *bytes, gsize n);

/* Appends those lines in which `a` and `b` differ, each as "-" of a and "+" of b. Returns the
 * number of bytes that differ. */
gsize sy_hexdiff(GString *out, uint64_t address, const uint8_t *a, const uint8_t *b, gsize n);

#endif

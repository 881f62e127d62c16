/*
 * Bytes of guest-physical memory as JSON text
 *
 * Pure: no QEMU header, no allocation.  The caller provides the space, and
 * the text is not terminated.  Any bytes and any addresses are accepted;
 * addresses wrap at 2^64.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef PHYS_TEXT_H
#define PHYS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Characters of one row without its quotes: "0x%016x - 0x%02x" */
#define PHYS_TEXT_ROW 25

/* Room that phys_text_rows() needs for @n bytes, in characters */
size_t phys_text_rows_size(size_t n);

/*
 * Write an array of strings, one for each of the @n bytes from address @base
 * on: [ "0x0000000000001000 - 0xff", ... ] without the blanks after [ and
 * before ].  Returns the number of characters.
 */
size_t phys_text_rows(char *out, uint64_t base, const uint8_t *bytes,
                      size_t n);

/* Room that phys_text_base64() needs for @n bytes, in characters */
size_t phys_text_base64_size(size_t n);

/* Write the @n bytes as a string in base64.  Returns its characters. */
size_t phys_text_base64(char *out, const uint8_t *bytes, size_t n);

#endif /* PHYS_TEXT_H */

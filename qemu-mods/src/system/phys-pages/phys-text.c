/*
 * Bytes of guest-physical memory as JSON text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "phys-text.h"

#include <string.h>

/* A row with its quotes; the same with the separator after it */
#define QUOTED (PHYS_TEXT_ROW + 2)
#define SEPARATED (QUOTED + 2)

/* Where the digits of the address and of the byte begin in a quoted row */
#define ADDRESS_AT 3
#define ADDRESS_DIGITS 16
#define BYTE_AT (QUOTED - 3)

static const char hex[16] = "0123456789abcdef";

static const char base64[64] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t phys_text_rows_size(size_t n)
{
    /* The last row's separator needs room, too, until it is overwritten. */
    return n * SEPARATED + 2;
}

static void put_byte(char *out, uint8_t byte)
{
    out[0] = hex[byte >> 4];
    out[1] = hex[byte & 15];
}

static void put_address(char *row, uint64_t address)
{
    for (int i = 0; i < ADDRESS_DIGITS / 2; i++) {
        put_byte(row + ADDRESS_AT + 2 * i, address >> (56 - 8 * i));
    }
}

size_t phys_text_rows(char *out, uint64_t base, const uint8_t *bytes,
                      size_t n)
{
    /* What rows have in common while only the last two digits change */
    char row[] = "\"0x0000000000000000 - 0x00\", ";
    char *to = out + 1;

    _Static_assert(sizeof(row) == SEPARATED + 1, "one row");
    out[0] = '[';
    put_address(row, base);
    for (size_t i = 0; i < n; i++, to += SEPARATED) {
        uint64_t address = base + i;

        if (!(address & 255)) {
            put_address(row, address);
        }
        memcpy(to, row, SEPARATED);
        put_byte(to + ADDRESS_AT + ADDRESS_DIGITS - 2, address);
        put_byte(to + BYTE_AT, bytes[i]);
    }
    if (n) {
        to -= 2; /* the separator after the last row */
    }
    *to++ = ']';
    return to - out;
}

size_t phys_text_base64_size(size_t n)
{
    return (n + 2) / 3 * 4 + 2;
}

static void put_group(char *out, uint32_t bits)
{
    out[0] = base64[bits >> 18];
    out[1] = base64[bits >> 12 & 63];
    out[2] = base64[bits >> 6 & 63];
    out[3] = base64[bits & 63];
}

size_t phys_text_base64(char *out, const uint8_t *bytes, size_t n)
{
    char *to = out;

    *to++ = '"';
    for (; n >= 3; n -= 3, bytes += 3, to += 4) {
        put_group(to, bytes[0] << 16 | bytes[1] << 8 | bytes[2]);
    }
    if (n) {
        put_group(to, bytes[0] << 16 | (n > 1 ? bytes[1] << 8 : 0));
        to[3] = '=';
        if (n == 1) {
            to[2] = '=';
        }
        to += 4;
    }
    *to++ = '"';
    return to - out;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers to text and back, and the pieces of a command line.
 */
#include <stddef.h>

#include "lib/text.h"

const char *text_dec(char *buffer, uint64_t number)
{
    char *at = buffer + TEXT_DEC_SIZE - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return at;
}

const char *text_hex64(char *buffer, uint64_t number)
{
    for (int i = 0; i < 16; i++) {
        buffer[i] = "0123456789abcdef"[(number >> (60 - 4 * i)) & 15];
    }
    buffer[16] = '\0';
    return buffer;
}

/* -1 if `c` is not one. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_parse_hex(const char *text, uint64_t *number)
{
    const char *digits = text_after(text, "0x");
    uint64_t value = 0;

    text = digits ? digits : text;
    digits = text;
    for (; *text && *text != ' '; text++) {
        int digit = hex_digit(*text);

        if (digit < 0 || value >> 60) {
            return false;
        }
        value = value << 4 | (uint64_t)digit;
    }
    if (text == digits) {
        return false;
    }
    *number = value;
    return true;
}

const char *text_after(const char *text, const char *prefix)
{
    for (; *prefix; prefix++, text++) {
        if (*text != *prefix) {
            return NULL;
        }
    }
    return text;
}

const char *text_word(const char *text)
{
    while (*text == ' ') {
        text++;
    }
    return text;
}

const char *text_word_end(const char *text)
{
    while (*text && *text != ' ') {
        text++;
    }
    return text;
}

const char *text_args_of(const char *command_line)
{
    for (const char *at = command_line; *at; at++) {
        const char *rest = text_after(at, ".elf");

        if (rest && (*rest == ' ' || !*rest)) {
            return text_word(rest);
        }
    }
    return text_word(text_word_end(text_word(command_line)));
}

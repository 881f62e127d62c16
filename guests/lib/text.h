/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbers to text and back, and the pieces of a command line. Pure: no I/O, no globals.
 */
#ifndef GUESTS_LIB_TEXT_H
#define GUESTS_LIB_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define TEXT_DEC_SIZE 21   /* bytes for any uint64_t in decimal, with the final NUL */
#define TEXT_HEX64_SIZE 17 /* bytes for 16 hexadecimal digits and the final NUL */

/* Writes the number into `buffer`, TEXT_DEC_SIZE bytes; returns where in it the text starts. */
const char *text_dec(char *buffer, uint64_t number);

/* Writes 16 lower-case digits into `buffer`, TEXT_HEX64_SIZE bytes; returns `buffer`. */
const char *text_hex64(char *buffer, uint64_t number);

/* Reads a hexadecimal number, with or without "0x", that ends at a space or at the end of the text.
 * False, with *number untouched, for anything else, including more than 64 bits. */
bool text_parse_hex(const char *text, uint64_t *number);

/* If `text` starts with `prefix`, returns what follows it, else NULL. */
const char *text_after(const char *text, const char *prefix);

/* The first word at or after `text`: skips spaces. Points at the NUL when there is none. */
const char *text_word(const char *text);

/* What follows the word that `text` points at: a space or the NUL. */
const char *text_word_end(const char *text);

/* The arguments in a multiboot command line, which QEMU composes of the guest file's path, a space
 * and -append. The path may contain spaces itself, so the first ".elf" that ends a word ends the
 * path; without one, the first word is the path. */
const char *text_args_of(const char *command_line);

#endif

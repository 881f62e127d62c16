/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first serial port (COM1, 0x3f8), polled. Only one vCPU may use it at a time.
 */
#ifndef GUESTS_LIB_SERIAL_H
#define GUESTS_LIB_SERIAL_H

#include <stdint.h>

/* 115200 8N1, FIFO on, interrupts off. */
void serial_init(void);

/* Prints the text unchanged: "\n" does not become "\r\n". Blocks while the reader is slow. */
void serial_put(const char *text);

/* The oldest byte not yet read, or -1 if there is none. */
int serial_get(void);

/* Prints the number in decimal. */
void serial_put_dec(uint64_t number);

/* Prints "0x" and exactly 16 hexadecimal digits. */
void serial_put_hex64(uint64_t number);

#endif

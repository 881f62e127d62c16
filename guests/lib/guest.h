/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a guest must provide, and how it fails.
 */
#ifndef GUESTS_LIB_GUEST_H
#define GUESTS_LIB_GUEST_H

#include <stdint.h>

/* Provided by the guest: its folder's name, which starts every line on the serial port. */
extern const char guest_name[];

/* Provided by the guest: its code, on vCPU 0, interrupts off. `args` is QEMU's -append, "" if none.
 */
void guest_main(const char *args) __attribute__((noreturn));

/* Prints "NAME: error: <message>\n" and stops the machine: the other vCPUs go back to waiting for a
 * SIPI; QEMU exits with status 3 if it has `-device isa-debug-exit,iobase=0xf4`, else vCPU 0 halts.
 */
void guest_fail(const char *message) __attribute__((noreturn));

/* The same with a decimal number in the middle: "NAME: error: <before><number><after>\n". */
void guest_fail_number(const char *before, uint64_t number, const char *after)
    __attribute__((noreturn));

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a newline to the UART, one exit, and runs for ever. It is short enough, and needs nothing
 * but 16-bit code, to be what a processor finds at its reset: so QEMU runs the same bytes. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_UART, %dx
    mov $'\n', %al
    out %al, %dx
1:  jmp 1b

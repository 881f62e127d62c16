/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets up the UART, waits for a line of input by polling it, and writes that line. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_UART + 3, %dx
    mov $0x80, %al /* the divisor: nothing of it may be written out */
    out %al, %dx
    mov $MK_PORT_UART, %dx
    mov $'?', %al
    out %al, %dx
    mov $MK_PORT_UART + 3, %dx
    mov $0x03, %al
    out %al, %dx
1:  mov $MK_PORT_UART + 5, %dx
    in %dx, %al
    test $1, %al
    jz 1b
    mov $MK_PORT_UART, %dx
    in %dx, %al
    out %al, %dx
    cmp $'\n', %al
    jne 1b
    hlt

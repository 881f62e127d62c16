/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a digit, and leaves the next one in its place: from the same memory it prints the same. It
 * ends with another stack and another data segment than it began with. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov digit, %bl
    incb digit
    mov $MK_CALL_PUTCHAR, %al
    mov $MK_PORT_HYPERCALL, %dx
    out %al, %dx
    mov $0x1111, %ax
    mov %ax, %ds
    mov %ax, %sp
    hlt

    .data
digit:
    .byte '1'

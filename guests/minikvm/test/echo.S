/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies its input to its output, by hypercalls, and ends with it. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_HYPERCALL, %dx
1:  mov $MK_CALL_GETCHAR, %al
    out %al, %dx
    cmp $0xffff, %ax
    je leave
    mov %al, %bl
    mov $MK_CALL_PUTCHAR, %al
    out %al, %dx
    jmp 1b

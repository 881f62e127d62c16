/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 64-bit code, at any address: writes its number, as a digit, if 64 bits can be shifted. */
#include "minikvm/ports.h"

    .code64
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_HYPERCALL, %edx
    mov %rdi, %rbx
    shl $40, %rbx
    shr $40, %rbx
    add $'0', %rbx
    call 1f
    mov $MK_CALL_EXIT, %al
    out %al, %dx
1:  mov $MK_CALL_PUTCHAR, %al
    out %al, %dx
    ret

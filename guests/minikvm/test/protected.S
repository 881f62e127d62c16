/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 32-bit code, at any address: writes its number, as a digit, and whether paging is on. */
#include "minikvm/ports.h"

    .code32
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_HYPERCALL, %edx
    lea '0'(%edi), %ebx
    call 1f
    mov %cr0, %eax
    shr $31, %eax
    lea '0'(%eax), %ebx
    call 1f
    mov $MK_CALL_EXIT, %al
    out %al, %dx
1:  mov $MK_CALL_PUTCHAR, %al
    out %al, %dx
    ret

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 32- or 64-bit code: writes a byte, and makes an exception for which it has no vector table. */
#include "minikvm/ports.h"

    .code32
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_HYPERCALL, %edx
    mov $'!', %ebx
    mov $MK_CALL_PUTCHAR, %al
    out %al, %dx
    ud2

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a byte, counts so many times to 65535, which gives signals time to come, and writes two
 * bytes: four exits. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_HYPERCALL, %dx
    mov $MK_CALL_GETCHAR, %al
    out %al, %dx
    mov %ax, %si
1:  mov $0xffff, %cx
2:  loop 2b
    dec %si
    jnz 1b
    mov $'u', %bl
    call put_byte
    mov $'p', %bl
    call put_byte
    hlt

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses to addresses without memory (from 0x80000 on, if there is one vCPU): a write that
 * crosses the end of a page makes two exits, a locked addition a read and a write, and what is read
 * is all ones. Prints "ok" if it is.
 */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $0x8000, %ax
    mov %ax, %es
    movl $0x12345678, %es:0x0ffe
    lock addw $1, %es:0x2000
    mov %es:0x3000, %ax
    cmp $0xffff, %ax
    jne 1f
    mov $'o', %bl
    call put_byte
    mov $'k', %bl
    call put_byte
1:  hlt

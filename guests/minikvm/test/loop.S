/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs some time, in which signals may come, and writes two bytes: three exits. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $6, %si
1:  mov $0xffff, %cx
2:  loop 2b
    dec %si
    jnz 1b
    mov $'u', %bl
    call put_byte
    mov $'p', %bl
    call put_byte
    hlt

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes lines for ever. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $line, %si
    call put_text
    jmp start

    .data
line:
    .asciz "0123456789abcdefghijklmnopqrstuvwxyz\n"

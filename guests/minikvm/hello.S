/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints 12 bytes by hypercalls: 13 exits with its end. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $text, %si
    call put_text
    hlt

    .data
text:
    .asciz "Hello, KVM!\n"

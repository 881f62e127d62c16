/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a byte and runs for ever, without an exit. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $'s', %bl
    call put_byte
1:  jmp 1b

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The multiplication table from 2x1=2 to 9x9=81, a blank behind each. Of the 72 products 14 have
 * one digit and 58 have two: 72 * 5 + 14 + 58 * 2 = 490 bytes, 491 exits with its end.
 */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $2, %si /* the factors */
1:  mov $1, %di
2:  mov %si, %ax
    call put_number
    mov $'x', %bl
    call put_byte
    mov %di, %ax
    call put_number
    mov $'=', %bl
    call put_byte
    mov %si, %ax
    mul %di
    call put_number
    mov $' ', %bl
    call put_byte
    inc %di
    cmp $9, %di
    jbe 2b
    inc %si
    cmp $9, %si
    jbe 1b
    jmp leave

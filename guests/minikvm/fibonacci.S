/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first 15 Fibonacci numbers: 11 bytes of heading, 7 + 5 * 2 + 3 * 3 digits, 14 times ", " and
 * a newline are 66 bytes, 67 exits with its end.
 */
#define COUNT 15

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $heading, %si
    call put_text
    xor %si, %si /* this number and the next */
    mov $1, %di
    mov $COUNT, %bp
1:  mov %si, %ax
    call put_number
    xchg %si, %di
    add %si, %di
    dec %bp
    jz 2f
    push %si
    mov $separator, %si
    call put_text
    pop %si
    jmp 1b
2:  mov $'\n', %bl
    call put_byte
    jmp leave

    .data
heading:
    .asciz "Fibonacci: "
separator:
    .asciz ", "

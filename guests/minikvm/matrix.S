/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * C = A x B of 8x8 matrices with A[i][j] = (i + j) % 10 + 1 and B[i][j] = (i - j + 8) % 10 + 1. It
 * prints two elements of C: 90 bytes of text and 162 and 198 are 96 bytes, 97 exits with its end.
 */
#define N 8

    .code16
    .section .text.start, "ax"
    .globl start
start:
    call fill
    call multiply
    mov $text, %si
    call put_text
    mov c, %ax
    call put_number
    mov $between, %si
    call put_text
    mov c + 2 * (N * N - 1), %ax
    call put_number
    mov $'\n', %bl
    call put_byte
    jmp leave

/* AL = AL % 10 + 1; changes AH and BL. */
remainder:
    xor %ah, %ah
    mov $10, %bl
    div %bl
    mov %ah, %al
    inc %al
    ret

/* Fills A and B, row by row: SI is the row, DI the column, BP the offset of the element. */
fill:
    xor %bp, %bp
    xor %si, %si
1:  xor %di, %di
2:  mov %si, %ax
    add %di, %ax
    call remainder
    mov %al, a(%bp)
    mov %si, %ax
    sub %di, %ax
    add $8, %ax
    call remainder
    mov %al, b(%bp)
    inc %bp
    inc %di
    cmp $N, %di
    jb 2b
    inc %si
    cmp $N, %si
    jb 1b
    ret

/* C[i][j] is the sum of A[i][k] * B[k][j]: SI walks along a row of A, DI down a column of B. */
multiply:
    xor %bp, %bp /* i * N + j */
1:  mov %bp, %si
    and $~(N - 1), %si
    mov %bp, %di
    and $(N - 1), %di
    xor %dx, %dx
    mov $N, %cx
2:  mov a(%si), %al
    mulb b(%di)
    add %ax, %dx
    inc %si
    add $N, %di
    loop 2b
    mov %bp, %bx
    shl $1, %bx
    mov %dx, c(%bx)
    inc %bp
    cmp $(N * N), %bp
    jb 1b
    ret

    .data
text:
    .ascii "C = A x B (8x8), A = (i + j) % 10 + 1 and B = (i - j + 8) % 10 + 1:\n"
    .asciz "C[0][0] = "
between:
    .asciz "\nC[7][7] = "

    .bss
a:  .skip N * N
b:  .skip N * N
c:  .skip 2 * N * N

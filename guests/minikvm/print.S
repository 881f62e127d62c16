/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guests print with: each byte is one hypercall, and so one exit. */
#include "minikvm/ports.h"

    .code16

/* Writes the byte in BL. Changes AX and DX. */
    .section .text.put_byte, "ax"
    .globl put_byte
put_byte:
    mov $MK_PORT_HYPERCALL, %dx
    mov $MK_CALL_PUTCHAR, %al
    out %al, %dx
    ret

/* Writes the text at SI, up to a zero byte. Changes AX, BX, DX and SI. */
    .section .text.put_text, "ax"
    .globl put_text
put_text:
    cld
1:  lodsb
    test %al, %al
    jz 2f
    mov %al, %bl
    call put_byte
    jmp 1b
2:  ret

/* Writes AX in decimal. Changes AX, BX, CX and DX. */
    .section .text.put_number, "ax"
    .globl put_number
put_number:
    xor %cx, %cx
    mov $10, %bx
1:  xor %dx, %dx
    div %bx
    push %dx
    inc %cx
    test %ax, %ax
    jnz 1b
2:  pop %bx
    add $'0', %bl
    call put_byte
    loop 2b
    ret

/* Ends this vCPU. */
    .section .text.leave, "ax"
    .globl leave
leave:
    mov $MK_PORT_HYPERCALL, %dx
    mov $MK_CALL_EXIT, %al
    out %al, %dx

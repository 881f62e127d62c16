/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One stub per source, IRQS_STUB_BYTES apart: saves what C may change, calls irqs_handle(source),
 * returns. The interrupted code ran in ring 0 on its own stack, so there is no stack switch.
 */
#define IRQS_STUB_BYTES 16

    .text
    .balign IRQS_STUB_BYTES
    .globl irqs_stubs
irqs_stubs:
    .set source, 0
    .rept 6 /* the sources, and one for unused vectors */
    .balign IRQS_STUB_BYTES
    pushq %rdi
    movl $source, %edi
    jmp irqs_common
    .set source, source + 1
    .endr

irqs_common:
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbp
    movq %rsp, %rbp
    andq $-16, %rsp
    cld
    call irqs_handle
    movq %rbp, %rsp
    popq %rbp
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    popq %rdi
    iretq

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel enters a program here, with its number in EAX, and reads the header (paging.c). */
#include "minikvm/os/abi.h"

    .section .text.start, "ax"
    .globl start
start:
    jmp 1f
    .balign 8
    .long user_data, user_data_end, user_end
1:
#ifdef __x86_64__
    movl %eax, %edi
    call user_main
#else
    subl $12, %esp
    pushl %eax
    call user_main
#endif
    movl %eax, %ebx
    movl $CALL_EXIT, %eax
    CALL_INSTRUCTION

    .text
    .globl call_kernel
call_kernel: /* (number, first, second) */
#ifdef __x86_64__
    pushq %rbx
    movl %edi, %eax
    movq %rsi, %rbx
    movq %rdx, %rcx
    CALL_INSTRUCTION
    popq %rbx
#else
    pushl %ebx
    movl 8(%esp), %eax
    movl 12(%esp), %ebx
    movl 16(%esp), %ecx
    CALL_INSTRUCTION
    popl %ebx
#endif
    ret

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * user_run(code, argument); user_call(code, argument, number)
 */
#include "lib/segments.h"

#define RFLAGS_START 0x2 /* the bit that is always set; interrupts off, no port access */

    .text
    .globl user_run
user_run:
    movq %rsp, %rax
    pushq $SEL_USER_DATA
    pushq %rax
    pushq $RFLAGS_START
    pushq $SEL_USER_CODE64
    pushq %rdi
    movq %rsi, %rdi
    iretq

/* The code returns to an invalid instruction that trapentry.S recognizes: it leaves ring 3 by an
 * exception. The code's stack lies below this frame, and so does the exception's, because by then
 * nothing there is needed any more. */
    .globl user_call, user_return, user_back
user_call:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    movq %rdi, %rbx
    movq %rsi, %rbp
    movl %edx, %edi
    movq %rsp, %rsi
    call trap_set_stack
    pushq $user_return
    movq %rsp, %rax
    pushq $SEL_USER_DATA
    pushq %rax
    pushq $RFLAGS_START
    pushq $SEL_USER_CODE64
    pushq %rbx
    movq %rbp, %rdi
    iretq
user_return:
    ud2
/* Back in ring 0: the exception's five words lie below the saved registers, rax is the code's. */
user_back:
    addq $(5 * 8 + 8), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One stub per vector, STUB_BYTES apart; none returns, so nothing is saved. Some exceptions push an
 * error code and some do not; the stack is realigned, so it makes no difference. The only intended
 * exception is the one by which ring 3 returns to user_call().
 */
#define STUB_BYTES 16
#define INVALID_OPCODE 6

    .text
    .balign STUB_BYTES
    .globl trap_stubs
trap_stubs:
    .set vector, 0
    .rept 32
    .balign STUB_BYTES
    movl $vector, %edi
    jmp trap_common
    .set vector, vector + 1
    .endr

trap_common:
    cmpl $INVALID_OPCODE, %edi
    jne 1f
    cmpq $user_return, (%rsp)
    je user_back
1:    andq $-16, %rsp
    call trap_report

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One stub per vector, STUB_BYTES apart; none returns, so nothing is saved. Some exceptions push an
 * error code and some do not; the stack is realigned, so that it makes no difference.
 */
#define STUB_BYTES 16

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
    andq $-16, %rsp
    call trap_report

    .section .note.GNU-stack, "", @progbits

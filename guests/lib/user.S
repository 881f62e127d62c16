/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * user_run(code, argument)
 */
#include "lib/segments.h"

#define RFLAGS_START 0x2 /* the bit that is always set: interrupts off, no port access */

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

    .section .note.GNU-stack, "", @progbits

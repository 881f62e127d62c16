/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mini-kvm's way in: the first byte of the image, in long mode, on every vCPU. It takes over the
 * tables of lib/boot.S; the multiboot loader's way in is there.
 */
#include "lib/memmap.h"
#include "lib/segments.h"

    .section .text.start, "ax"
    .code64
flat_start: /* edi = the vCPU's number */
    cli
    cld
    lgdt gdt_pointer
    movl $pml4, %eax
    movq %rax, %cr3
    leal 1(%rdi), %eax
    shll $STACK_SHIFT, %eax
    addl $stacks, %eax
    movl %eax, %esp
    xorl %ebp, %ebp
    pushq $SEL_CODE64
    pushq $1f
    lretq
1:  movl $SEL_DATA, %eax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    call exits_enter_flat /* (number); does not return */

    .section .note.GNU-stack, "", @progbits

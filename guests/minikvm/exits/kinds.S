/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loops that are measured. For each kind there are two: exit_KIND(count, argument) makes
 * `count` exits, and loop_KIND(count, argument) executes the same instructions without the one that
 * exits. Both return the argument, advanced by what one of them uses up.
 */
#include "minikvm/exits/protocol.h"
#include "minikvm/ports.h"

/* For the strings below, into which the preprocessor does not look. */
    .set port, EXITS_PORT
    .set port_kernel, EXITS_PORT_KERNEL
    .set port_hypercall, MK_PORT_HYPERCALL
    .set port_doorbell, MK_PORT_BELL
    .set call_putchar, MK_CALL_PUTCHAR
    .set device, EXITS_ADDRESS
    .set rep_bytes, EXITS_REP_BYTES
    .set page, EXITS_PAGE
    .set msr_tsc_adjust, 0x3b

/* `before` comes once, `each` and `exit` in each iteration. */
.macro one_loop name, before, each, exit
    .globl \name
\name:
    pushq %rbx
    movl %edi, %r10d
    \before
1:  \each
    \exit
    decl %r10d
    jnz 1b
    movq %rsi, %rax
    popq %rbx
    ret
.endm

.macro kind name, before, each, exit
    one_loop exit_\name, "\before", "\each", "\exit"
    one_loop loop_\name, "\before", "\each", ""
.endm

    .text
    kind cpuid, "", "xorl %eax, %eax; xorl %ecx, %ecx", "cpuid"
    kind rd_tsc_adjust_msr, "movl $msr_tsc_adjust, %ecx", "", "rdmsr"
    kind wr_tsc_adjust_msr, "movl $msr_tsc_adjust, %ecx; xorl %eax, %eax; xorl %edx, %edx", "", \
        "wrmsr"
    kind out8, "movl $port, %edx; xorl %eax, %eax", "", "outb %al, %dx"
    kind in8, "movl $port, %edx", "", "inb %dx, %al"
    kind inl_from_qemu, "movl $port, %edx", "", "inl %dx, %eax"
    kind inl_from_kernel, "movl $port_kernel, %edx", "", "inb %dx, %al"
    kind outl_to_kernel, "movl $port_kernel, %edx; xorl %eax, %eax", "", "outb %al, %dx"
    kind rep_outsb, "movl $port, %edx", \
        "movl $buffer, %esi; movl $rep_bytes, %ecx", "rep outsb"
    kind rep_insb, "movl $port, %edx", \
        "movl $buffer, %edi; movl $rep_bytes, %ecx", "rep insb"
    kind mmio_write, "movl $device, %edi", "", "movl %eax, (%rdi)"
    kind mmio_read, "movl $device, %edi", "", "movl (%rdi), %eax"
    kind page_fault, "", "addq $page, %rsi", "movb %al, (%rsi)"
    kind hypercall, "movl $port_hypercall, %edx; movl $call_putchar, %eax; movl $'.', %ebx", \
        "", "outb %al, %dx"
    kind ioeventfd, "movl $port_doorbell, %edx; xorl %eax, %eax", "", "outb %al, %dx"
    kind hlt, "", "", "hlt"

    .bss
buffer:
    .skip EXITS_REP_BYTES

    .section .note.GNU-stack, "", @progbits

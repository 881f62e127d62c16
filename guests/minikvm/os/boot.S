/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two ways in. mini-kvm enters at the first byte, in the mode of the build with paging on (--mode
 * paged or long). A multiboot loader, such as QEMU's -kernel, enters at start_multiboot, in 32-bit
 * protected mode. The same flat file serves both.
 *
 * All tables are part of the image: page-table based KVM emulates each instruction of the kernel,
 * so what need not be computed is not.
 */
#include "minikvm/os/abi.h"
#include "minikvm/os/segments.h"
#include "minikvm/ports.h"

#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x00010000 /* the addresses below count, whatever format the file has */

#define CR0_START 0x80010035 /* PG, WP, NE, ET, EM, PE: no floating point */
#define CR4_PSE 0x10
#define CR4_PAE 0x20
#define MSR_EFER 0xC0000080
#define EFER_LME 0x100
#define EFLAGS_START 2

#define LINK 0x03 /* present, writable; not for ring 3 */
#define LARGE 0x83

    .section .text.start, "ax"
    .globl start_flat
start_flat:
    jmp 1f

    .balign 4
multiboot:
    .long MULTIBOOT_MAGIC
    .long MULTIBOOT_FLAGS
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
    .long multiboot
    .long image_start
    .long image_load_end
    .long image_end
    .long start_multiboot

#ifdef __x86_64__
    .code64
#else
    .code32
#endif
1:  cli
    cld
    testl %edi, %edi /* this vCPU's number: the first one runs the kernel, the others end */
    jz 2f
    movw $MK_PORT_HYPERCALL, %dx
    movb $MK_CALL_EXIT, %al
    outb %al, %dx
2:  movl $stack_top, %esp
#ifdef __x86_64__
    lgdt gdt_pointer
    movl $kernel_root, %eax
    movq %rax, %cr3
    movl $CR0_START, %eax
    movq %rax, %cr0
    pushq $SEL_CODE64
    pushq $3f
    lretq
3:  movl $1, %edi
    jmp start
#else
    movl $1, %edi
    jmp start32
#endif

    .code32
start_multiboot:
    cli
    cld
    movl $stack_top, %esp
    xorl %edi, %edi
start32: /* edi: is it mini-kvm? */
    pushl $EFLAGS_START
    popfl
    lgdt gdt_pointer
#ifdef __x86_64__
    movl $CR4_PAE, %eax
#else
    movl $CR4_PSE, %eax
#endif
    movl %eax, %cr4
    movl $kernel_root, %eax
    movl %eax, %cr3
#ifdef __x86_64__
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
#endif
    movl $CR0_START, %eax
    movl %eax, %cr0
    ljmp $SEL_CODE, $start

#ifdef __x86_64__
    .code64
#endif
start:
    movw $SEL_DATA, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    xorl %eax, %eax
    movw %ax, %fs
    movw %ax, %gs
#ifdef __x86_64__
    movl %edi, %edi
    xorl %ebp, %ebp
    movl $stack_top, %esp
    call kernel_main
#else
    xorl %ebp, %ebp
    pushl %edi
    call kernel_main
#endif

    .data
    .balign 8
    .globl gdt
gdt: /* marked "accessed" beforehand, so that the processor need not write to it */
    .quad 0
    .quad 0x00CF9B000000FFFF /* SEL_CODE32 */
    .quad 0x00CF93000000FFFF /* SEL_DATA */
    .quad 0x00AF9B000000FFFF /* SEL_CODE64 */
    .quad 0x00CFF3000000FFFF /* SEL_USER_DATA */
#ifdef __x86_64__
    .quad 0x00AFFB000000FFFF /* SEL_USER_CODE */
#else
    .quad 0x00CFFB000000FFFF
#endif
    .quad 0, 0 /* SEL_TSS: trap.c */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
    .long 0

/* The kernel's own address space: the first 4 MiB, one to one. The others share it: their first
 * entries are those of kernel_tables. */
    .balign PAGE
    .globl kernel_root, kernel_tables
#ifdef __x86_64__
kernel_root:
    .quad 1f + LINK
    .fill 511, 8, 0
1:  .quad kernel_tables + LINK
    .fill 511, 8, 0
kernel_tables:
    .quad LARGE, 0x200000 + LARGE
    .fill 510, 8, 0
#else
kernel_root:
kernel_tables:
    .long LARGE
    .fill 1023, 4, 0
#endif

/* The user programs: a page with the header of user.ld, and more. */
    .balign PAGE
    .globl user_image
user_image:
    .incbin USER_IMAGE
    .balign PAGE /* zeros: its last page is copied as a whole */

    .bss
    .balign 16
    .skip 0x4000
stack_top:

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Boot: from the multiboot entry (32-bit protected mode, vCPU 0) or the SIPI (real mode, the other
 * vCPUs) to C in long mode. Every vCPU takes the same path from enter_long on. Long mode, because
 * it stores a 64-bit counter in one piece.
 *
 * Instructions are few and plain on purpose: a page-table-based KVM (PVM) emulates each of them in
 * software. So the page tables and the GDT are part of the image, not built at run time.
 */
#include "lib/memmap.h"
#include "lib/segments.h"

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002
/* Bit 16: "use the addresses below, not the ELF header". QEMU's loader refuses an ELF64 file
 * otherwise; this way the guest stays one ordinary ELF64 file that gdb understands. */
#define MULTIBOOT_HEADER_FLAGS 0x00010000

#define CR0_START (0x80000000 | 0x00010000 | 0x10 | 0x1) /* PG, WP, ET, PE */
#define CR4_START 0x20                                   /* PAE */
#define MSR_EFER 0xC0000080
#define EFER_LME 0x100

    .section .multiboot, "a"
    .balign 4
mb_header:
    .long MULTIBOOT_HEADER_MAGIC
    .long MULTIBOOT_HEADER_FLAGS
    .long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)
    .long mb_header
    .long image_start
    .long image_load_end
    .long image_end
    .long start32

    .text
    .code32
    .globl start32, gdt, gdt_pointer, pml4, stacks
start32: /* vCPU 0: eax = loader's magic (not 0), ebx = multiboot information */
    cli
    cld
    movl %eax, %edi
    movl %ebx, %esi
    lgdt gdt_pointer
    ljmp $SEL_CODE32, $enter_long

ap_start32: /* the other vCPUs, from the trampoline below */
    xorl %edi, %edi
enter_long: /* edi = 0 on all but vCPU 0 */
    movw $SEL_DATA, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw %ax, %fs
    movw %ax, %gs
    movl $CR4_START, %eax
    movl %eax, %cr4
    movl $pml4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    /* All of CR0, not an OR: INIT leaves CD and NW set, which is "caches off" on a real CPU. */
    movl $CR0_START, %eax
    movl %eax, %cr0
    ljmp $SEL_CODE64, $start64

    .code64
start64: /* the upper halves of registers are undefined after the switch */
    movl %edi, %edi
    movl %esi, %esi
    xorl %ebp, %ebp
    testl %edi, %edi
    jz ap_start64
    movl $(stacks + STACK_SIZE), %esp
    call guest_start /* (magic, information); does not return */

/* smp.c hands out vCPU numbers in the order of APIC ids, which is the order of QEMU's cpu-index.
 * Until this vCPU has its number it has no stack. */
ap_start64:
    movl $(LAPIC_BASE + LAPIC_ID), %eax
    movl (%rax), %eax
    shrl $24, %eax
    movb $1, smp_arrived(%rax)
1:  pause
    movzbl smp_number(%rax), %edi
    testl %edi, %edi
    jz 1b
    movl %edi, %eax
    incl %eax
    shll $STACK_SHIFT, %eax
    addl $stacks, %eax
    movl %eax, %esp
    call smp_enter /* (number); does not return */

/* Copied to TRAMPOLINE_BASE, where the SIPI starts it with CS = TRAMPOLINE_BASE >> 4 and IP = 0. */
    .section .rodata
    .balign 4
    .globl trampoline, trampoline_end
    .code16
trampoline:
    cli
    cld
    lgdtl %cs:(trampoline_gdt_pointer - trampoline)
    movl $0x11, %eax /* ET, PE */
    movl %eax, %cr0
    ljmpl $SEL_CODE32, $ap_start32
    .balign 4
trampoline_gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
trampoline_end:

/* See segments.h. The descriptors are marked "accessed" beforehand, so that no vCPU writes to the
 * table when it loads one; trap.c adds the TSSs. */
    .data
    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9B000000FFFF /* SEL_CODE32 */
    .quad 0x00CF93000000FFFF /* SEL_DATA */
    .quad 0x00AF9B000000FFFF /* SEL_CODE64 */
    .quad 0x00CFF3000000FFFF /* SEL_USER_DATA */
    .quad 0x00AFFB000000FFFF /* SEL_USER_CODE64 */
    .fill 2 * SMP_MAX, 8, 0  /* SEL_TSS */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt

/* 4 GiB mapped one to one in 2 MiB pages (1 GiB pages are not on every CPU), the last GiB, where
 * the devices are, uncached and for ring 0 only. In .data because the CPU sets accessed and dirty
 * bits. */
#define PT_LINK 0x07 /* present, writable, ring 3 too */
#define PT_RAM 0x87  /* the same, 2 MiB */
#define PT_MMIO 0x9B /* present, writable, ring 0, PWT, PCD, 2 MiB */
    .balign 4096
pml4:
    .quad pdpt + PT_LINK
    .fill 511, 8, 0
pdpt:
    .quad pd + PT_LINK, pd + 0x1000 + PT_LINK, pd + 0x2000 + PT_LINK, pd + 0x3000 + PT_LINK
    .fill 508, 8, 0
pd:
    .set address, 0
    .rept 3 * 512
    .quad address + PT_RAM
    .set address, address + 0x200000
    .endr
    .rept 512
    .quad address + PT_MMIO
    .set address, address + 0x200000
    .endr

    .bss
    .balign 16
stacks:
    .skip SMP_MAX * STACK_SIZE

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel and its user programs agree on: system calls, and where things are in a program's
 * address space. Plain defines: C, assembly and the linker scripts include this.
 */
#ifndef MINIKVM_OS_ABI_H
#define MINIKVM_OS_ABI_H

/*
 * A system call has its number in EAX, arguments in EBX and ECX, the result in EAX. The instruction
 * is INT 0x80 in the 32-bit build. The 64-bit build has INT3, because page-table based KVM answers
 * INT n in ring 3 with an invalid opcode.
 */
#ifdef __x86_64__
#define CALL_INSTRUCTION int3
#define CALL_VECTOR 3
#else
#define CALL_INSTRUCTION int $0x80
#define CALL_VECTOR 0x80
#endif

#define CALL_EXIT 0  /* (status): ends the program, which others see if it is from 0 to 255 */
#define CALL_WRITE 1 /* (buffer, bytes): bytes written */
#define CALL_READ 2  /* (buffer, bytes): reads up to the end of a line; bytes read, 0 at the end */
#define CALL_RUN 3   /* (program): runs another program to its end; its status */
#define CALL_TICKS 4 /* (): timer interrupts since the start, 31 bits */

/* Negative results. */
#define BAD_CALL (-1)   /* no such call, or memory that the caller may not use so */
#define CALL_ENDED (-2) /* CALL_RUN: the kernel ended the program */
#define NO_ROOM (-3)    /* CALL_RUN: too many programs within each other */

/* All of a program's pages lie here: code and constants first, then data, the stack at the end. */
#define USER_BASE 0x40000000
#define USER_END 0x40100000
#define USER_STACK_BYTES 0x1000

#define KERNEL_BASE 0x100000 /* where mini-kvm loads and enters an image */
#define PAGE 0x1000

#endif

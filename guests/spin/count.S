/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * spin_count(cpu) counts forever; spin_out(cpu) also writes to the port cpu->port before each
 * count; spin_flip(cpu) does so too, and flips the bits cpu->flip each time. In assembly, so that
 * one iteration is SPIN_INSNS_PER_COUNT, _OUT or _FLIP instructions whatever the compiler. The
 * register holds the count and memory a copy of it: nobody outside can disturb the count. No PAUSE:
 * hypervisors intercept a PAUSE loop, which would cause exits where there must be none.
 * spin_count runs in ring 3, see lib/user.h; spin_out in ring 0, because PVM allows no port access
 * from ring 3. Emulating its few instructions there takes less time than an exit.
 */
#define CPU_PORT 16 /* offsetof(struct spin_cpu, port): layout.h asserts it */
#define CPU_FLIP 20 /* likewise */

    .text
    .balign 64
    .globl spin_count
spin_count:
    xorl %eax, %eax
    .balign 32
1:  incq %rax
    movq %rax, (%rdi)
    jmp 1b

    .balign 64
    .globl spin_out
spin_out:
    movl CPU_PORT(%rdi), %edx
    movb $0xFF, %al /* an interrupt controller's mask, as start.c set it */
    xorl %ecx, %ecx
    .balign 32
1:  outb %al, %dx
    incq %rcx
    movq %rcx, (%rdi)
    jmp 1b

    .balign 64
    .globl spin_flip
spin_flip:
    movl CPU_PORT(%rdi), %edx
    movl CPU_FLIP(%rdi), %esi
    movl %esi, %eax
    xorl %ecx, %ecx
    .balign 32
1:  outb %al, %dx
    xorl %esi, %eax
    incq %rcx
    movq %rcx, (%rdi)
    jmp 1b

    .section .note.GNU-stack, "", @progbits

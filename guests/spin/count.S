/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * spin_count(count): counts for ever. In assembly so that one iteration is SPIN_INSNS_PER_COUNT
 * instructions whatever the compiler. The register is the truth and memory its copy: nobody outside
 * can disturb the count. No PAUSE: hypervisors intercept a PAUSE loop, which would put exits where
 * there are to be none. Runs in ring 3, see lib/user.h.
 */
    .text
    .balign 64
    .globl spin_count
spin_count:
    xorl %eax, %eax
    .balign 32
1:  incq %rax
    movq %rax, (%rdi)
    jmp 1b

    .section .note.GNU-stack, "", @progbits

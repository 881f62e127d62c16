/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Into the kernel by traps, and to ring 3 and back. The order of registers is that of struct
 * frame. */
#include "minikvm/os/abi.h"
#include "minikvm/os/segments.h"

#define STUB_BYTES 16
#define EFLAGS_USER 0x202 /* interrupts on; no port access */

#ifdef __x86_64__
#define PUSH pushq
#else
#define PUSH pushl
#endif

/* Nothing of the kernel's is left in registers but EBX, in EAX. */
    .macro hide_kernel
    movl %ebx, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    .endm

/* A stub for each exception and each line of the interrupt controllers, then one for system calls.
 * Each pushes an error code of 0, unless the processor has pushed one, and its vector. */
    .text
    .balign STUB_BYTES
    .globl trap_stubs, trap_call_stub
trap_stubs:
    .set vector, 0
    .rept 48
    .balign STUB_BYTES
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
          vector == 29 || vector == 30)
    PUSH $0
    .endif
    PUSH $vector
    jmp trap_common
    .set vector, vector + 1
    .endr
    .balign STUB_BYTES
trap_call_stub:
    PUSH $0
    PUSH $CALL_VECTOR

#ifdef __x86_64__
trap_common:
    cld
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rbx
    pushq %rbp
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rdi
    call trap
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rbp
    popq %rbx
    popq %rdx
    popq %rcx
    popq %rax
    addq $16, %rsp
    iretq

    .globl user_enter, user_leave
user_enter:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    movq %rsp, (%rdi)
    movl %esi, %ebx
    movq %rsp, %rdi
    call trap_set_stack
    pushq $SEL_USER_DATA
    pushq $USER_END
    pushq $EFLAGS_USER
    pushq $SEL_USER_CODE
    pushq $USER_BASE
    hide_kernel
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    iretq

user_leave:
    movq %rdi, %rsp
    movl %esi, %eax
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret
#else
trap_common:
    cld
    pushl %eax
    pushl %ecx
    pushl %edx
    pushl %ebx
    pushl %ebp
    pushl %esi
    pushl %edi
    pushl %es
    pushl %ds
    movl $SEL_DATA, %eax
    movw %ax, %ds
    movw %ax, %es
    pushl %esp
    call trap
    addl $4, %esp
    popl %ds
    popl %es
    popl %edi
    popl %esi
    popl %ebp
    popl %ebx
    popl %edx
    popl %ecx
    popl %eax
    addl $8, %esp
    iretl

    .globl user_enter, user_leave
user_enter:
    pushl %ebx
    pushl %ebp
    pushl %esi
    pushl %edi
    movl 20(%esp), %eax
    movl 24(%esp), %ebx
    movl %esp, (%eax)
    pushl %esp
    call trap_set_stack
    addl $4, %esp
    pushl $SEL_USER_DATA
    pushl $USER_END
    pushl $EFLAGS_USER
    pushl $SEL_USER_CODE
    pushl $USER_BASE
    movl $SEL_USER_DATA, %eax
    movw %ax, %ds
    movw %ax, %es
    hide_kernel
    iretl

user_leave: /* DS and ES are the kernel's: it was trap_common that led here */
    movl 8(%esp), %eax
    movl 4(%esp), %esp
    popl %edi
    popl %esi
    popl %ebp
    popl %ebx
    ret
#endif

    .section .note.GNU-stack, "", @progbits

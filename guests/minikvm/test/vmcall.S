/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 32-bit code: writes "vm" by VMCALL and VMMCALL, of which a processor knows one and KVM mends the
 * other; then ends by another. docs/MINIKVM.md explains the registers.
 */
#include "minikvm/ports.h"

#define MAP_GPA_RANGE 12

    .code32
    .section .text.start, "ax"
    .globl start
start:
    mov $1, %ecx
    mov $(MK_CALL_PUTCHAR | 'v' << 8), %edx
    mov $MAP_GPA_RANGE, %eax
    xor %ebx, %ebx
    vmcall
    mov $(MK_CALL_PUTCHAR | 'm' << 8), %edx
    mov $MAP_GPA_RANGE, %eax
    vmmcall
    mov $MK_CALL_EXIT, %edx
    mov $MAP_GPA_RANGE, %eax
    vmmcall

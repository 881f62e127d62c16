/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jumps to where there is no memory: KVM cannot emulate what it cannot fetch. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    ljmp $0x9000, $0

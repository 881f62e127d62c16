/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shortest guest: one byte, one exit. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    hlt

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * String instructions: writes 8 bytes to the UART by REP OUTSB, 2 words by REP OUTSW, of which the
 * UART takes the lower bytes, and copies 4 bytes of input by REP INSB and REP OUTSB.
 */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    cld
    mov $MK_PORT_UART, %dx
    mov $bytes, %si
    mov $8, %cx
    rep outsb
    mov $2, %cx
    rep outsw
    mov $input, %di
    mov $4, %cx
    rep insb
    mov $input, %si
    mov $4, %cx
    rep outsb
    hlt

    .data
bytes:
    .ascii "abcdefgh"
    .ascii "i\0j\0"

    .bss
input:
    .skip 4

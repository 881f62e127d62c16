/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the ten digits to the UART: 11 exits with its end. */
#include "minikvm/ports.h"

    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $MK_PORT_UART, %dx
    mov $'0', %al
1:  out %al, %dx
    inc %ax
    cmp $'9', %al
    jbe 1b
    hlt

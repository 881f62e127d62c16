/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes 100 bytes to a port where nobody has a device: 101 exits with its end, or one if KVM takes
 * them by itself. */
    .code16
    .section .text.start, "ax"
    .globl start
start:
    mov $0x1234, %dx
    mov $100, %cx
1:  out %al, %dx
    dec %cx
    jnz 1b
    hlt

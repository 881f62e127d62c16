/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of mini-kvm, which docs/MINIKVM.md describes. For C and assembly. */
#ifndef GUESTS_MINIKVM_PORTS_H
#define GUESTS_MINIKVM_PORTS_H

/* A hypercall is an OUT to this port with its number in AL. */
#define MK_PORT_HYPERCALL 0x500
#define MK_CALL_EXIT 0    /* ends this vCPU */
#define MK_CALL_PUTCHAR 1 /* writes the byte in BL */
#define MK_CALL_GETCHAR 2 /* waits for a byte of input, in AX; 0xFFFF at the end of the input */

/* With --ioeventfd, KVM itself takes a write of a byte to this port, and signals an eventfd. */
#define MK_PORT_BELL 0x510

/* A 16550 UART, as far as polling needs it; its eight registers begin here. */
#define MK_PORT_UART 0x3f8

#endif

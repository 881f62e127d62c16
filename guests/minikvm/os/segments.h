/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Selectors of the descriptor table in boot.S; the first three as mini-kvm and guests/lib have
 * them. */
#ifndef MINIKVM_OS_SEGMENTS_H
#define MINIKVM_OS_SEGMENTS_H

#define SEL_CODE32 0x08
#define SEL_DATA 0x10
#define SEL_CODE64 0x18
#define SEL_USER_DATA 0x23 /* with ring 3 in the low bits */
#define SEL_USER_CODE 0x2b /* likewise; of the build's width */
#define SEL_TSS 0x30       /* takes two places in the 64-bit build */

#ifdef __x86_64__
#define SEL_CODE SEL_CODE64
#else
#define SEL_CODE SEL_CODE32
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Selectors of the GDT in boot.S. Plain defines, for C and assembly.
 */
#ifndef GUESTS_LIB_SEGMENTS_H
#define GUESTS_LIB_SEGMENTS_H

#define SEL_CODE32 0x08
#define SEL_DATA 0x10
#define SEL_CODE64 0x18
#define SEL_USER_DATA 0x23   /* with ring 3 in the low bits */
#define SEL_USER_CODE64 0x2B /* likewise */
#define SEL_TSS 0x30         /* vCPU 0's; each takes 16 bytes */

#endif

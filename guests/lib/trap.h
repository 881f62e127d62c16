/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CPU exceptions and NMIs: each ends the guest with a line that says which and where. Without this
 * they would reset the machine, and the guest would seem to hang.
 */
#ifndef GUESTS_LIB_TRAP_H
#define GUESTS_LIB_TRAP_H

#include <stdint.h>

/* Builds the interrupt table and loads it on the calling vCPU, which is vCPU 0. */
void trap_init(void);

/* Says where the stack of exceptions in ring 3 begins on the vCPU with this number. */
void trap_set_stack(unsigned number, uint64_t top);

/* Has interrupt `vector` (32..255) enter at `entry`, in ring 0 with interrupts off, on all vCPUs.
 */
void trap_gate(unsigned vector, const void *entry);

/* Loads it on another vCPU, the one with this number. */
void trap_load(unsigned number);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CPU exceptions and NMIs: each ends the guest with a line that names it. Without this they would
 * reset the machine, and the guest would seem to hang.
 */
#ifndef GUESTS_LIB_TRAP_H
#define GUESTS_LIB_TRAP_H

#include <stdint.h>

/* Builds the interrupt table and loads it on the calling vCPU, which is vCPU 0. */
void trap_init(void);

/* Sets the top of the stack for exceptions in ring 3 on the vCPU with this number. */
void trap_set_stack(unsigned number, uint64_t top);

/* Makes interrupt `vector` (32..255) enter at `entry`, in ring 0 with interrupts off, on all the
 * vCPUs. */
void trap_gate(unsigned vector, const void *entry);

/* Loads the table on another vCPU, the one with this number. */
void trap_load(unsigned number);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state in which vCPUs begin: registers, and the tables in guest memory that these need. */
#ifndef MINIKVM_VMM_MODE_H
#define MINIKVM_VMM_MODE_H

#include <linux/kvm.h>
#include <stdint.h>

#include "workloads/minikvm/vmm/options.h"

/* Where the image of vCPU `id` is loaded, and how many bytes it may have. */
uint64_t mk_mode_origin(const MkOptions *options, int id);
size_t mk_mode_room(const MkOptions *options);

/* Writes the descriptor and page tables of the mode to the end of `memory`; real mode has none. */
void mk_mode_tables(const MkOptions *options, uint8_t *memory);

/*
 * Changes `sregs`, which KVM made, and fills `regs` so that vCPU `id` begins at its image. Outside
 * of real mode it finds its number in EDI, the size of memory in ESI and a stack.
 */
void mk_mode_registers(const MkOptions *options, int id, struct kvm_sregs *sregs,
                       struct kvm_regs *regs);

#endif

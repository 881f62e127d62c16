/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM that runs the guest `pattern` (guests/pattern): memory on both sides of the hole below 4 GiB
 * in which every byte follows from its address, and a page that vCPU 1 keeps changing.
 */
#ifndef SY_WORKLOADS_PAGES_PATTERN_VM_H
#define SY_WORKLOADS_PAGES_PATTERN_VM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/case.h"
#include "vm/vm.h"

#define PATTERN_VM_MIB (INT64_C(1) << 20)
#define PATTERN_VM_4G (UINT64_C(1) << 32)

/* The machine: little RAM below the hole, so that some lies above 4 GiB without gigabytes of
 * memory. */
#define PATTERN_VM_LOW_END (UINT64_C(16) * PATTERN_VM_MIB)
#define PATTERN_VM_HIGH_END (PATTERN_VM_4G + UINT64_C(16) * PATTERN_VM_MIB)
/* The last part of the firmware, a ROM that ends at 4 GiB. */
#define PATTERN_VM_ROM_BYTES (UINT64_C(64) * 1024)
#define PATTERN_VM_ROM_BASE (PATTERN_VM_4G - PATTERN_VM_ROM_BYTES)

typedef struct {
    uint64_t base;
    uint64_t bytes;
} PatternRange;

/* What the guest owns, ascending: memory below 1 MiB, from above its own image to the end of RAM
 * below the hole, and all RAM above 4 GiB. */
extern const PatternRange pattern_vm_own[];
extern const guint pattern_vm_own_count;

typedef struct {
    SyVm *vm;
    uint64_t seed;
    uint64_t rom_sum; /* pattern_sum() over the ROM's words, as the guest read them */
} PatternVm;

/* The parameters of every workload with such a VM. */
#define PATTERN_VM_PARAMS                                                                          \
    {.name = "accel",                                                                              \
     .type = SY_PARAM_STRING,                                                                      \
     .value = "kvm",                                                                               \
     .choices = "kvm,tcg",                                                                         \
     .key = true,                                                                                  \
     .summary = "QEMU's accelerator"},                                                             \
    {                                                                                              \
        .name = "ready_timeout_s", .type = SY_PARAM_INT, .value = "120", .min = 1, .max = 3600,    \
        .summary = "seconds that the guest may take to boot"                                       \
    }

extern const SyRequiresIf pattern_vm_requires_if[];

/*
 * Starts the case's QEMU with two vCPUs and waits until the guest has filled its memory and vCPU 1
 * changes its page. `serve`: vCPU 0 accepts commands (pattern_vm_verify()) instead of halting. Call
 * pattern_vm_stop() whatever is returned. SY_ERROR_UNAVAILABLE: the guest is not built.
 */
bool pattern_vm_start(PatternVm *p, const SyCase *c, bool serve, GError **error);

/* Makes the guest check its own memory; `wrong` receives the number of words that are not as it
 * wrote them. The VM must be running, and started with `serve`. */
bool pattern_vm_verify(PatternVm *p, guint64 *wrong, GError **error);

/* Stops the VM and clears `p`. */
void pattern_vm_stop(PatternVm *p);

#endif

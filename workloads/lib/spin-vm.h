/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM that runs the guest `spin` (guests/spin): every vCPU is always busy, and its work can be
 * counted. */
#ifndef SY_WORKLOADS_LIB_SPIN_VM_H
#define SY_WORKLOADS_LIB_SPIN_VM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/case.h"
#include "vm/inspect.h"
#include "vm/vm.h"

typedef struct {
    SyVm *vm;
    GArray *vcpus;                   /* SyVcpu, ascending by cpu-index */
    const char *const *trace_events; /* QEMU trace events, set before the start; NULL: none */
    uint64_t area_base; /* guest-physical address of struct spin_area, from the ready line */
} SpinVm;

/* The parameter of every workload with such a VM. */
#define SPIN_VM_READY_PARAM "ready_timeout_s"
#define SPIN_VM_PARAM_READY                                                                        \
    {                                                                                              \
        .name = SPIN_VM_READY_PARAM, .type = SY_PARAM_INT, .value = "60", .min = 1, .max = 3600,   \
        .summary = "seconds that the guest may take to boot"                                       \
    }

/*
 * Starts the case's QEMU under KVM with `vcpus` spinning vCPUs and waits until they count. `cpus`
 * pins QEMU to a CPU list; NULL: any CPU. Call spin_vm_stop() whatever is returned.
 */
bool spin_vm_start(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus, GError **error);

/* Further options; zeros are the defaults of spin_vm_start(). */
typedef struct {
    const char *qemu;  /* NULL: the QEMU under test */
    const char *dir;   /* subfolder of the case's folder; NULL: that folder itself */
    const char *accel; /* QEMU's -accel; NULL: kvm */
    /* port that the guest writes to before each count (guests/spin/layout.h); 0: none */
    guint out_port;
    guint flip; /* bits of the written byte that change each time; 0: none */
    guint gap;  /* TSC ticks between two such writes; 0: none */
} SpinVmOptions;

/* spin_vm_start() with options. */
bool spin_vm_start_with(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus,
                        const SpinVmOptions *options, GError **error);

/* Copies each vCPU's iteration count (guests/spin/layout.h) to counts[0..vcpus-1]. The guest keeps
 * running. */
bool spin_vm_counts(SpinVm *spin, uint64_t *counts, GError **error);

/*
 * Call it when measuring has failed: if QEMU has died, replaces `error` by how it died and its last
 * messages. Always returns false, so a hook can return the result.
 */
bool spin_vm_explain(SpinVm *spin, GError **error);

/* Stops the VM and clears `spin`. */
void spin_vm_stop(SpinVm *spin);

#endif

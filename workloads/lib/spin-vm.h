/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM that runs the guest `spin` (guests/spin): every vCPU busy, all the time, and its work
 * countable. */
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
    const char *const *trace_events; /* QEMU's, to be set before the start; NULL: none */
    uint64_t area_base; /* guest-physical address of struct spin_area, from the ready line */
} SpinVm;

/* The parameter that every workload with such a VM has. */
#define SPIN_VM_READY_PARAM "ready_timeout_s"
#define SPIN_VM_PARAM_READY                                                                        \
    {                                                                                              \
        .name = SPIN_VM_READY_PARAM, .type = SY_PARAM_INT, .value = "60", .min = 1, .max = 3600,   \
        .summary = "seconds that the guest may take to boot"                                       \
    }

/*
 * Starts the case's QEMU under KVM with `vcpus` spinning vCPUs and waits until they count. `cpus`
 * pins QEMU to a CPU list; NULL: free. On failure `spin` holds what there is; spin_vm_stop() is due
 * either way.
 */
bool spin_vm_start(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus, GError **error);

/* What else there is to choose; zeros are what spin_vm_start() takes. */
typedef struct {
    const char *qemu;  /* NULL: the QEMU under test */
    const char *dir;   /* below the case's folder; NULL: that itself */
    const char *accel; /* QEMU's -accel; NULL: kvm */
    guint out_port; /* the guest writes to it before each count (guests/spin/layout.h); 0: none */
    guint flip;     /* bits of what it writes that change each time; 0: none do */
    guint gap;      /* ticks of the time stamp counter between two such writes; 0: none */
} SpinVmOptions;

/* The same with a choice. */
bool spin_vm_start_with(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus,
                        const SpinVmOptions *options, GError **error);

/* Copies each vCPU's iteration count (guests/spin/layout.h) to counts[0..vcpus-1]. The guest runs
 * on meanwhile. */
bool spin_vm_counts(SpinVm *spin, uint64_t *counts, GError **error);

/*
 * For when measuring failed: if QEMU has died, `error` is replaced by how and with which last
 * words. Returns false, for use as a hook's result.
 */
bool spin_vm_explain(SpinVm *spin, GError **error);

/* Stops the VM and clears `spin`. */
void spin_vm_stop(SpinVm *spin);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM, in mini-kvm or QEMU, that runs the guest `exits` and does what it is told; between two
 * commands it takes no CPU time. */
#ifndef SY_WORKLOADS_MINIKVM_EXIT_VM_H
#define SY_WORKLOADS_MINIKVM_EXIT_VM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/child.h"
#include "run/case.h"
#include "vm/channel.h"
#include "vm/vm.h"
#include "workloads/minikvm/exit-answer.h"
#include "workloads/minikvm/exit-kinds.h"

/* Strings are borrowed until exit_vm_start() returns. */
typedef struct {
    const char *vmm; /* EXIT_VMM_... */
    const char *dir; /* subfolder of the case's folder, for logs */
    bool irqchip;
    guint memory_mib;
    guint vcpus; /* 0: 1; more only in mini-kvm */
} ExitVmOptions;

/* Zeros before exit_vm_start(). */
typedef struct {
    SyVm *qemu; /* NULL: mini-kvm */
    SyChild *child;
    SyChannel *channel;
    char *log;
    guint vcpus;
    guint memory_mib;
    guint64 bytes; /* mini-kvm: written to and read from its guest */
} ExitVm;

/*
 * Starts it and waits until the guest takes commands, as long as the case's SPIN_VM_PARAM_READY
 * (lib/spin-vm.h) allows. SY_ERROR_UNAVAILABLE with the remedy if the guest or mini-kvm has not
 * been built; errors of child.h and vm.h; SY_ERROR_PROTOCOL for a guest of another version. Main
 * thread only. Call exit_vm_stop() whatever is returned.
 */
bool exit_vm_start(ExitVm *vm, const SyCase *c, const ExitVmOptions *options, GError **error);

/*
 * Settings for the following commands: exits of `kind` ("compute": none) in batches of `count`
 * instructions. `batches` of them; or, if `ticks` of the TSC is not 0, for so long.
 */
bool exit_vm_set(ExitVm *vm, const char *kind, guint64 count, guint batches, guint64 ticks,
                 GError **error);

/* Writes the command to do so to each vCPU, without waiting. */
bool exit_vm_go(ExitVm *vm, GError **error);

/* Waits for the next answer, at most two minutes. SY_ERROR_PROTOCOL, SY_ERROR_TIMEOUT,
 * SY_ERROR_DIED with what the guest and its VMM said last. */
bool exit_vm_answer(ExitVm *vm, ExitAnswer *out, GError **error);

/* The same for one vCPU, and whether the guest's clock is one (exit_answer_check()). */
bool exit_vm_go_alone(ExitVm *vm, guint tsc_khz, ExitAnswer *out, GError **error);

/*
 * mini-kvm: ends the guest, and tells how many exits all of its vCPUs made, and how many of them
 * the bytes it wrote and read and its end took. Then exit_vm_stop().
 */
bool exit_vm_end(ExitVm *vm, guint64 *exits, guint64 *for_console, GError **error);

/* Ends it, however it is, and clears `vm`. */
void exit_vm_stop(ExitVm *vm);

#endif

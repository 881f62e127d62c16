/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a VMM, mini-kvm or QEMU, with the same guest, and waits for the guest's first byte. */
#ifndef SY_WORKLOADS_MINIKVM_STARTER_H
#define SY_WORKLOADS_MINIKVM_STARTER_H

#include <glib.h>
#include <stdbool.h>

#include "base/child.h"
#include "run/case.h"

typedef enum {
    STARTER_MINI_KVM,
    STARTER_QEMU_KVM,     /* -machine pc */
    STARTER_QEMU_MICROVM, /* -machine microvm, with KVM */
    STARTER_QEMU_TCG,     /* -machine pc, without KVM */
} StarterVmm;

/* The parameter that names one of them. */
#define STARTER_PARAM_VMM                                                                          \
    {                                                                                              \
        .name = "vmm", .type = SY_PARAM_STRING, .value = "mini-kvm",                               \
        .choices = "mini-kvm,qemu-kvm,qemu-microvm,qemu-tcg", .key = true,                         \
        .summary = "the VMM: mini-kvm, or QEMU with KVM (machine pc or microvm) or without it "    \
                   "(pc)"                                                                          \
    }

/* The VMM of a name among that parameter's choices. */
StarterVmm starter_vmm(const char *name);

typedef struct Starter Starter;

/* Its files go to the case's folder. SY_ERROR_UNAVAILABLE: no guest or no mini-kvm, with the
 * remedy; SY_ERROR_IO. Main thread only. The caller frees. */
Starter *starter_new(const SyCase *c, GError **error);

/*
 * NULL if `vmm` can be started, else why it cannot: this QEMU has no such machine. Blocks while
 * QEMU is asked, at most a minute. The caller frees.
 */
char *starter_missing(const Starter *starter, StarterVmm vmm);

/*
 * Starts `vmm` with `vcpus` vCPUs, and waits for the byte: `us` is the time from before the fork to
 * the byte's arrival, in us. The guest runs on until the caller ends the child. SY_ERROR_DIED, with
 * what it wrote, if it ends first; SY_ERROR_PROTOCOL if it writes something else; SY_ERROR_TIMEOUT
 * after a minute; SY_ERROR_CANCELLED.
 */
SyChild *starter_start(const Starter *starter, StarterVmm vmm, guint vcpus, double *us,
                       GError **error);

/* The same by way of `prefix`, words that begin a command line and end by executing the rest;
 * NULL-terminated. */
SyChild *starter_start_by(const Starter *starter, const char *const *prefix, StarterVmm vmm,
                          guint vcpus, double *us, GError **error);

/* A ROM of 64 KiB in which `code` is what a processor finds at its reset; NULL if it does not fit
 * into the 16 bytes there. Pure; the caller frees. */
GBytes *starter_rom(const void *code, gsize bytes);

void starter_free(Starter *starter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Starter, starter_free)

#endif

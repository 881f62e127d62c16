/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of exits that the guest `exits` makes (guests/minikvm/exits), and the VMMs that it runs
 * on. Pure. */
#ifndef SY_WORKLOADS_MINIKVM_EXIT_KINDS_H
#define SY_WORKLOADS_MINIKVM_EXIT_KINDS_H

#include <glib.h>
#include <stdbool.h>

#define EXIT_VMM_MINI_KVM "mini-kvm"
#define EXIT_VMM_KVM "qemu-kvm"
#define EXIT_VMM_MICROVM "qemu-microvm"
#define EXIT_VMM_TCG "qemu-tcg"
#define EXIT_VMMS EXIT_VMM_MINI_KVM "," EXIT_VMM_KVM "," EXIT_VMM_MICROVM "," EXIT_VMM_TCG

typedef enum {
    EXIT_ANY_IRQCHIP,
    EXIT_WITH_IRQCHIP,    /* the kernel's interrupt controllers answer it */
    EXIT_WITHOUT_IRQCHIP, /* with them it is no exit */
} ExitIrqchip;

typedef struct {
    const char *name; /* as in kvm-unit-tests' x86/vmexit.c where it is the same */
    guint units;      /* in one instruction: bytes of a string instruction, else 1 */
    double vmm_exits; /* of one instruction in mini-kvm; 0: KVM answers by itself */
    ExitIrqchip irqchip;
    bool mini_kvm_only;  /* for lack of a device in QEMU */
    bool touches_memory; /* each exit uses up a page that has not been touched */
} ExitKind;

/* The kinds' names, separated by commas. */
#define EXIT_KIND_NAMES                                                                            \
    "cpuid,rd_tsc_adjust_msr,wr_tsc_adjust_msr,out8,in8,inl_from_qemu,inl_from_kernel,"            \
    "outl_to_kernel,rep_outsb,rep_insb,mmio_write,mmio_read,page_fault,hypercall,ioeventfd,hlt"

/* NULL if there is none of that name. */
const ExitKind *exit_kind_find(const char *name);

/* Why a VMM cannot make exits of this kind, as a metric's note; NULL: it can. Static. */
const char *exit_kind_unfit(const ExitKind *kind, const char *vmm, bool irqchip);

#endif

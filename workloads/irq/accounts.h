/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares what the IRQ log, KVM's trace and the guest `irqs` say of the same interrupts, for each
 * place that the interrupt controllers can be in (QEMU's kernel-irqchip=). Pure.
 *
 *   on     KVM emulates all of them. The last record of a line is that of the handler that asks KVM
 *          to set the GSI; first for the PIC, then for the IOAPIC. Its effect is kvm_set_irq, and
 *          KVM passes that on to its PIC and IOAPIC: kvm_pic_set_irq, kvm_ioapic_set_irq.
 *   split  KVM emulates the local APIC. The last record is the one that raises a pin of QEMU's
 *          IOAPIC; its effect is kvm_set_irq of that pin, level 1. (QEMU lowers an edge-triggered
 *          pin at once; that is not logged.)
 *   off    QEMU's i8259s deliver, there is no APIC. The record is that of the GSI going up; its
 *          effect is the injection of the line's vector, kvm_inj_virq.
 *
 * MSIs reach KVM without an IRQ line, and with `on` so do interrupts of the PIT, which is in KVM.
 */
#ifndef SY_WORKLOADS_IRQ_ACCOUNTS_H
#define SY_WORKLOADS_IRQ_ACCOUNTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "guests/irqs/layout.h"
#include "workloads/irq/match.h"

typedef enum { IRQCHIP_ON, IRQCHIP_SPLIT, IRQCHIP_OFF } Irqchip;

/* Everything recorded; arrays are borrowed. */
typedef struct {
    Irqchip irqchip;
    const GArray *log; /* SyIrqRecord */
    const GArray *kvm; /* SyKvmEvent, ascending by time */
    /* int: QEMU's threads; events of other threads are ignored; NULL: none are */
    const GArray *tids;
    /* leave the record with this number out, of those that have an effect; 0: none */
    guint64 drop;
    int64_t from_ns, to_ns; /* time span to compare: the guest asked for no interrupts outside */
} IrqEvidence;

/* The comparison. Times in ns. */
typedef struct {
    IrqMatch *lines;    /* log records with their effects in KVM */
    IrqMatch *handlers; /* injections with the guest's handlers */
    /* `on`: events of KVM's PIC and IOAPIC that no kvm_set_irq explains, and expected ones that are
     * missing */
    guint chips_unpaired;
    guint in_kernel; /* kvm_set_irq by devices in the kernel; by design not in the log */
    guint msis;      /* injections of the MSI's vector; by design not in the log either */
    guint injected[IRQS_SOURCES], handled[IRQS_SOURCES];
    GArray *log_to_inject_ns;   /* int64_t, one per raised line */
    GArray *inject_to_guest_ns; /* int64_t, one per handler run */
} IrqAccounts;

/* Compares. The caller frees the result with irq_accounts_free(). */
IrqAccounts *irq_accounts_take(const IrqEvidence *evidence);
void irq_accounts_free(IrqAccounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrqAccounts, irq_accounts_free)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the IRQ log, KVM's trace and the guest `irqs` have to say of one another, for each place the
 * interrupt controllers can be in. Pure.
 *
 *   on     The last record of a line is the one whose handler asks KVM to set the GSI (the PIC's,
 *          then the IOAPIC's); its effect is the event kvm_set_irq. KVM leads each on to its PIC
 *          and IOAPIC: kvm_pic_set_irq, kvm_ioapic_set_irq.
 *   split  The last record is the one that raises a pin of QEMU's IOAPIC; its effect is kvm_set_irq
 *          of that pin, raised. (QEMU lowers an edge-triggered one at once; nothing is logged.)
 *   off    The i8259s in QEMU deliver, there is no APIC. The record is that of the GSI going up;
 * its effect is the injection of the line's vector, kvm_inj_virq.
 *
 * MSIs come to KVM without an IRQ line, and with `on` so does the PIT, which is KVM's own.
 */
#ifndef SY_WORKLOADS_IRQ_ACCOUNTS_H
#define SY_WORKLOADS_IRQ_ACCOUNTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "guests/irqs/layout.h"
#include "workloads/irq/match.h"

typedef enum { IRQCHIP_ON, IRQCHIP_SPLIT, IRQCHIP_OFF } Irqchip;

/* All that is known; arrays are borrowed. */
typedef struct {
    Irqchip irqchip;
    const GArray *log;      /* SyIrqRecord */
    const GArray *kvm;      /* SyKvmEvent, ascending by time */
    const GArray *tids;     /* int: QEMU's threads; events of others are not its; NULL: all are */
    guint64 drop;           /* leave this record out, of those that have an effect; 0: none */
    int64_t from_ns, to_ns; /* what is looked at: the guest has asked for nothing outside */
} IrqEvidence;

/* The verdict. Times in ns. */
typedef struct {
    IrqMatch *lines;      /* log records against their effects in KVM */
    IrqMatch *handlers;   /* injections against the guest's handlers */
    guint chips_unpaired; /* `on`: events of KVM's PIC and IOAPIC that follow no kvm_set_irq, and
                             those that are not there */
    guint in_kernel;      /* kvm_set_irq by devices in the kernel: by design not in the log */
    guint msis;           /* injections of the MSI's vector: likewise */
    guint injected[IRQS_SOURCES], handled[IRQS_SOURCES];
    GArray *log_to_inject_ns;   /* int64_t, one for each time a line was raised */
    GArray *inject_to_guest_ns; /* int64_t, one for each handler run */
} IrqAccounts;

/* The caller frees. */
IrqAccounts *irq_accounts_take(const IrqEvidence *evidence);
void irq_accounts_free(IrqAccounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrqAccounts, irq_accounts_free)

#endif

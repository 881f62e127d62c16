/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/exit-kinds.h"

#include <string.h>

#include "guests/minikvm/exits/protocol.h"

/* By KVM's emulator: REP OUTSB leaves KVM for each element, REP INSB once. */
static const ExitKind kinds[] = {
    {.name = "cpuid", .units = 1},
    {.name = "rd_tsc_adjust_msr", .units = 1},
    {.name = "wr_tsc_adjust_msr", .units = 1},
    {.name = "out8", .units = 1, .vmm_exits = 1},
    {.name = "in8", .units = 1, .vmm_exits = 1},
    {.name = "inl_from_qemu", .units = 1, .vmm_exits = 1},
    {.name = "inl_from_kernel", .units = 1, .irqchip = EXIT_WITH_IRQCHIP},
    {.name = "outl_to_kernel", .units = 1, .irqchip = EXIT_WITH_IRQCHIP},
    {.name = "rep_outsb", .units = EXITS_REP_BYTES, .vmm_exits = EXITS_REP_BYTES},
    {.name = "rep_insb", .units = EXITS_REP_BYTES, .vmm_exits = 1},
    {.name = "mmio_write", .units = 1, .vmm_exits = 1},
    {.name = "mmio_read", .units = 1, .vmm_exits = 1},
    {.name = "page_fault", .units = 1, .touches_memory = true},
    {.name = "hypercall", .units = 1, .vmm_exits = 1, .mini_kvm_only = true},
    {.name = "ioeventfd", .units = 1, .mini_kvm_only = true},
    {.name = "hlt",
     .units = 1,
     .vmm_exits = 1,
     .irqchip = EXIT_WITHOUT_IRQCHIP,
     .mini_kvm_only = true},
};

const ExitKind *exit_kind_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *exit_kind_unfit(const ExitKind *kind, const char *vmm, bool irqchip)
{
    if (kind->irqchip == EXIT_WITHOUT_IRQCHIP && irqchip) {
        return "n/a: with interrupt controllers in KVM, HLT waits there and is no exit";
    }
    if (kind->irqchip == EXIT_WITH_IRQCHIP && !irqchip) {
        return "n/a: KVM answers this only if it has the interrupt controllers (irqchip=on)";
    }
    if (kind->irqchip == EXIT_WITH_IRQCHIP && strcmp(vmm, EXIT_VMM_TCG) == 0) {
        return "n/a: without KVM there are no interrupt controllers in the kernel";
    }
    if (kind->mini_kvm_only && strcmp(vmm, EXIT_VMM_MINI_KVM) != 0) {
        return strcmp(kind->name, "hlt") == 0
                   ? "n/a: in QEMU a halted vCPU waits for an interrupt"
                   : "n/a: QEMU has no device at the ports of mini-kvm's";
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM itself has counted of a vCPU. */
#ifndef MINIKVM_VMM_STATS_H
#define MINIKVM_VMM_STATS_H

#include <stdint.h>

#include "workloads/minikvm/vmm/machine.h"

/*
 * Counters of KVM_GET_STATS_FD by their names there. fpu_reload grows by one with each KVM_RUN,
 * whether an exit or a signal ends it, because then the FPU is the user's again. Ordinary KVM
 * counts in `exits` all exits from the guest; page-table based KVM those to user space and some
 * more, and its io_exits and mmio_exits stay 0.
 */
#define MK_STATS 5
extern const char *const mk_stat_names[MK_STATS];

typedef struct {
    bool available;
    uint64_t value[MK_STATS]; /* in the order of the names */
} MkStats;

/* Reads the counters of a vCPU; none are available where KVM is older than Linux 5.14. */
MkStats mk_stats_read(const MkMachine *machine, int vcpu);

#endif

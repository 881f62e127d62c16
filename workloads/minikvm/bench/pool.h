/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VM that runs its guest again and again, each time from the same memory and registers. */
#ifndef MINIKVM_BENCH_POOL_H
#define MINIKVM_BENCH_POOL_H

#include "workloads/minikvm/vmm/machine.h"

typedef struct {
    MkMachine *machine;
    uint8_t *memory; /* as it was */
    uint64_t *dirty; /* one bit for each page */
    struct kvm_sync_regs registers;
    uint64_t pages_reset; /* since the snapshot */
} MkPool;

/*
 * Remembers memory and registers of `machine`, which has one vCPU and has not run, and has KVM note
 * which pages the guest writes from now on. MK_STATUS_HOST where KVM cannot do that, or has no
 * KVM_CAP_SYNC_REGS. `machine` has to outlive the pool.
 */
bool mk_pool_snapshot(MkPool *pool, MkMachine *machine, MkError *error);

/*
 * Puts back the pages that were written, and has the next KVM_RUN begin with the registers, general
 * and special, and without pending events. FPU and MSRs stay as the guest left them.
 */
bool mk_pool_reset(MkPool *pool, MkError *error);

void mk_pool_free(MkPool *pool);

#endif

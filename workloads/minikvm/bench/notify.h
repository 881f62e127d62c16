/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A port whose OUTs KVM takes without an exit to the VMM. */
#ifndef MINIKVM_BENCH_NOTIFY_H
#define MINIKVM_BENCH_NOTIFY_H

#include "workloads/minikvm/vmm/machine.h"

typedef enum {
    MK_NOTIFY_NONE,
    MK_NOTIFY_EVENTFD,   /* counted by an eventfd (KVM_IOEVENTFD) */
    MK_NOTIFY_COALESCED, /* kept in a ring (KVM_REGISTER_COALESCED_MMIO); once full, it exits */
} MkNotifyKind;

typedef struct {
    MkNotifyKind kind;
    int fd;                               /* of the eventfd */
    struct kvm_coalesced_mmio_ring *ring; /* in vCPU 0's kvm_run */
} MkNotify;

/* Has KVM take bytes written to `port`. MK_STATUS_HOST where it cannot. */
bool mk_notify_open(MkNotify *notify, const MkMachine *machine, MkNotifyKind kind, unsigned port,
                    MkError *error);

/* How many OUTs KVM has taken since the last call; they are forgotten. */
uint64_t mk_notify_take(MkNotify *notify);

void mk_notify_close(MkNotify *notify);

#endif

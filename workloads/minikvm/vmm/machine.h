/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM of KVM with its memory and vCPUs, ready to run. */
#ifndef MINIKVM_VMM_MACHINE_H
#define MINIKVM_VMM_MACHINE_H

#include <linux/kvm.h>
#include <stdint.h>

#include "workloads/minikvm/vmm/options.h"

/* ioctl(2), or what tests put in its place. */
typedef int MkIoctl(int fd, unsigned long request, void *argument);

/* What making a VM consists of; the order is not that in time. */
typedef enum {
    MK_PHASE_OPEN,      /* the device, and its API version */
    MK_PHASE_VM,        /* the VM, and what it has besides memory */
    MK_PHASE_MEMORY,    /* getting it, the images, and giving it to KVM */
    MK_PHASE_VCPU,      /* vCPUs and their kvm_run */
    MK_PHASE_REGISTERS, /* their CPUID and registers */
    MK_PHASES,
} MkPhase;

typedef struct {
    MkIoctl *call;
    int kvm;
    int vm;
    uint8_t *memory;
    size_t memory_bytes;
    int vcpu[MK_MAX_VCPUS];
    struct kvm_run *run[MK_MAX_VCPUS];
    size_t run_bytes; /* of each kvm_run and what lies behind it */
    int vcpus;        /* how many exist */
    bool sync_regs;   /* KVM keeps the general registers in kvm_run at each exit */
    int64_t phase_ns[MK_PHASES];
    int64_t lap_ns; /* CLOCK_MONOTONIC: when the last phase ended */
} MkMachine;

/* CLOCK_MONOTONIC in ns. */
int64_t mk_now_ns(void);

/* ioctl() itself. */
int mk_ioctl(int fd, unsigned long request, void *argument);

/* machine->call(), begun anew when a signal interrupts it, as KVM_CREATE_VM may be at any time. -1
 * with errno on failure. Not for KVM_RUN. */
int mk_call(const MkMachine *machine, int fd, unsigned long request, void *argument);

/*
 * Opens options->kvm and makes all of `machine`, which is zero but for .call: memory with the
 * images in it, interrupt controllers if asked for, vCPUs at their first instruction. On failure
 * what has been made stays until mk_machine_close(), too. MK_STATUS_HOST says what KVM refused;
 * MK_STATUS_USAGE what is wrong with an image.
 */
bool mk_machine_open(MkMachine *machine, const MkOptions *options, MkError *error);

/* Also what mk_machine_open() has left half made. */
void mk_machine_close(MkMachine *machine);

#endif

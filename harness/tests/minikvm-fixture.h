/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A KVM for mini-kvm's tests that does nothing but answer, and remembers what it was asked. */
#ifndef SY_TESTS_MINIKVM_FIXTURE_H
#define SY_TESTS_MINIKVM_FIXTURE_H

#include <glib.h>
#include <linux/kvm.h>

#include "workloads/minikvm/vmm/vcpu.h"

/* What the fake KVM does; all zeros: it grants everything. */
typedef struct {
    int api_version;               /* 0: 12 */
    unsigned long refused_request; /* this one fails */
    int refused_errno;             /* with this */
    int refusals;                  /* so many times; 0: always */
    bool forgets_paging;           /* CR0.PG reads back as 0 */
    bool has_sync_regs;            /* KVM_CAP_SYNC_REGS */

    unsigned long asked[200]; /* the requests, in order */
    int asks;
    uint64_t tss, identity_map; /* their addresses */
    int runnable;               /* how many vCPUs were made runnable */
    uint32_t apic_of_last_vcpu; /* CPUID 1, EBX bits 24 to 31 */
    struct kvm_sregs sregs;
    struct kvm_regs regs;

    /* Called for KVM_RUN; what it returns, with errno, is KVM_RUN's result. NULL: it fails. */
    int (*run)(void);
} MkFakeKvm;

extern MkFakeKvm mk_fake;

/* For MkMachine.call. */
int mk_fake_ioctl(int fd, unsigned long request, void *argument);

/* The position of `request` among those asked, or -1. */
int mk_fake_position(unsigned long request);

/* A vCPU of a fake machine without memory, in real mode, with a kvm_run of three pages. Static: the
 * next call begins anew. */
MkVcpu *mk_fake_vcpu(void);

/* Its kvm_run, in which `exit_reason` and mk_fake.regs are set and all else is zero. */
struct kvm_run *mk_fake_exit(MkVcpu *vcpu, unsigned exit_reason);

#endif

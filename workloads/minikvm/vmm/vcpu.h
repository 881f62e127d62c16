/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU: its loop around KVM_RUN, and what came of it. */
#ifndef MINIKVM_VMM_VCPU_H
#define MINIKVM_VMM_VCPU_H

#include <stdint.h>
#include <stdio.h>

#include "workloads/minikvm/vmm/console.h"
#include "workloads/minikvm/vmm/exit-kind.h"
#include "workloads/minikvm/vmm/machine.h"

typedef enum {
    MK_END_NONE,           /* it runs */
    MK_END_EXIT,           /* it asked for its end by a hypercall */
    MK_END_HLT,            /* it halted, and nothing could wake it */
    MK_END_SHUTDOWN,       /* a triple fault, on most processors */
    MK_END_INTERNAL_ERROR, /* KVM could not emulate it */
    MK_END_FAIL_ENTRY,     /* the processor refused to enter the guest */
    MK_END_UNKNOWN,        /* an exit that mini-kvm does not know */
    MK_END_RUN_FAILED,     /* KVM_RUN failed: MkVcpu.run_errno */
    MK_END_TIMEOUT,        /* the time limit passed */
    MK_END_STOPPED,        /* another vCPU wrote what is forbidden */
    MK_END_OUTPUT,         /* its output could not be written */
} MkEnd;

/* What the guest's UART remembers. */
typedef struct {
    uint8_t line_control, scratch, input;
    bool has_input, at_end;
} MkUart;

#define MK_STEPS_KEPT 8

typedef struct {
    const MkMachine *machine;
    const MkOptions *options;
    int id;
    volatile int *stop; /* not 0: the MkEnd for which all vCPUs stop; a signal follows (crew.h) */
    void (*stop_all)(MkEnd end); /* sets *stop */
    FILE *trace;                 /* NULL: none */
    int64_t trace_start_ns;      /* from which its times count */
    MkConsole console;
    MkUart uart;
    MkEnd end;
    int run_errno;

    uint64_t exits; /* successful KVM_RUNs, but for single steps */
    uint64_t by_kind[MK_KINDS];
    uint64_t interrupted;  /* KVM_RUNs that a signal ended */
    int64_t first_exit_ns; /* CLOCK_MONOTONIC; 0: there was none */
    int64_t first_run_ns;  /* how long the KVM_RUN took that it ended */
    uint64_t steps;        /* single steps, with --explain */
    /* The linear addresses that the last of them led to: number n in [n % MK_STEPS_KEPT]. */
    uint64_t step[MK_STEPS_KEPT];
} MkVcpu;

/* Runs the vCPU until it ends: fills .end and all below it. The caller has set what is above. */
void mk_vcpu_run(MkVcpu *vcpu);

/* "exit", "hlt", "shutdown" ..., and what that means, for people. */
typedef struct {
    const char *name, *text;
    MkStatus status; /* if it is not the end that was asked for */
} MkEndInfo;

extern const MkEndInfo mk_ends[];

/* The exit status for an end when `good` is asked for. Pure. */
MkStatus mk_end_status(MkEnd end, MkGoodEnd good);

#endif

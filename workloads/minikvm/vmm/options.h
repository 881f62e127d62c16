/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of mini-kvm. */
#ifndef MINIKVM_VMM_OPTIONS_H
#define MINIKVM_VMM_OPTIONS_H

#include <stddef.h>

#include "workloads/minikvm/vmm/status.h"

#define MK_MAX_VCPUS 8
#define MK_MAX_TEXTS 16
#define MK_MAX_TEXT_BYTES 255

typedef enum {
    MK_MODE_REAL,      /* 16 bits; each vCPU has an image and memory of its own */
    MK_MODE_PROTECTED, /* 32 bits, flat, without paging */
    MK_MODE_PAGED,     /* the same with paging: all addresses map to themselves */
    MK_MODE_LONG,      /* 64 bits, likewise */
} MkMode;

/* Which end of a vCPU is a good one. */
typedef enum { MK_GOOD_ANY, MK_GOOD_EXIT, MK_GOOD_HLT } MkGoodEnd;

/* Texts to look for in the output; they point into the command line. */
typedef struct {
    const char *text[MK_MAX_TEXTS];
    int count;
} MkTexts;

typedef struct {
    const char *image[MK_MAX_VCPUS];
    int images;
    int vcpus;
    MkMode mode;
    size_t memory_bytes; /* all of the guest's memory */

    /* 0 or 1, because getopt_long() knows no bool. */
    int irqchip;      /* PIC, IOAPIC, local APICs and a PIT in the kernel */
    int cpuid;        /* the vCPUs have the host's CPUID */
    int vmcall;       /* VMCALL and VMMCALL are hypercalls, too */
    int no_sync_regs; /* ask for registers, even if KVM keeps them in kvm_run (KVM_CAP_SYNC_REGS) */
    int resume_hlt;   /* HLT does not end a vCPU */
    int ioeventfd;    /* an eventfd on MK_PORT_BELL */
    int prefault;     /* all memory is there from the start */
    int huge;         /* huge pages, as far as the host has some */
    int explain;
    int exits;
    int json;
    int help;

    const char *trace; /* a file; NULL: no trace */
    MkGoodEnd good_end;
    MkTexts expect;
    MkTexts forbid;
    double timeout_s; /* 0: none */
    const char *kvm;  /* the device */
} MkOptions;

extern const char mk_usage[];

/* "real", "protected", "paged", "long": by MkMode. */
extern const char *const mk_mode_names[];

/* Reads `argv`, which has to outlive `out`, and checks it. Pure but for getopt()'s variables. */
bool mk_options_read(int argc, char **argv, MkOptions *out, MkError *error);

#endif

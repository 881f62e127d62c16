/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the mods cost while they are switched off: a guest that does nothing but exit, on the QEMU
 * under test and on the same QEMU without mods. The two VMs exist side by side and run in rounds.
 */
#ifndef SY_WORKLOADS_LIB_VM_EXITS_H
#define SY_WORKLOADS_LIB_VM_EXITS_H

#include <glib.h>
#include <stdbool.h>

#include "workloads/lib/rounds.h"
#include "workloads/lib/spin-phase.h"
#include "workloads/lib/spin-vm.h"

typedef struct {
    const char *pin;      /* QEMU's CPUs; NULL: any. Borrowed */
    guint out_port;       /* port that the guest writes to (guests/spin/layout.h) */
    guint flip;           /* bits of the written byte that change each time; 0: none */
    const char *accel;    /* QEMU's -accel; NULL: kvm. Borrowed */
    guint rounds;         /* ROUNDS_MIN to ROUNDS_MAX */
    int64_t phase_ns;     /* wall time of a phase */
    SpinVm stock, modded; /* the current pair */
    SpinRest stock_rest, modded_rest;
    guint pairs; /* pairs started so far */
} VmExits;

/*
 * The CPU for both VMs, since no two CPUs are alike: the last one that this process may use, as the
 * first ones handle interrupts and housekeeping. The caller frees.
 */
char *vm_exits_cpu(void);

/* What one pair of VMs did. */
typedef struct {
    /* exits per CPU second, modded divided by stock; NAN if at most half of the rounds count */
    SyPairedRatio ratio;
    Phase stock, modded; /* sums of the rounds that count */
    guint counted;       /* their number */
} VmPair;

/*
 * Starts a new pair of VMs, runs the rounds, and stops them. SY_ERROR_UNAVAILABLE if the two QEMUs
 * are not builds of one source that differ in the mods alone; else errors of vm.h. After a failure
 * call vm_exits_stop().
 */
bool vm_exits_run_pair(VmExits *e, const SyCase *c, VmPair *out, GError **error);

/* Stops the VMs that run. */
void vm_exits_stop(VmExits *e);

#endif

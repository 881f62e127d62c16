/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the mods cost while they are switched off: a guest that does nothing but exit, on the QEMU
 * under test and on the same QEMU without mods. The two VMs are there side by side and run in turn.
 */
#ifndef SY_WORKLOADS_LIB_VM_EXITS_H
#define SY_WORKLOADS_LIB_VM_EXITS_H

#include <glib.h>
#include <stdbool.h>

#include "workloads/lib/abba.h"
#include "workloads/lib/spin-vm.h"

/* Most rounds for a pair of VMs. */
#define VM_EXITS_ROUNDS_MAX 1000

typedef struct {
    const char *pin;      /* QEMU's CPUs; NULL: any. Borrowed */
    guint out_port;       /* which the guest writes to (guests/spin/layout.h) */
    guint flip;           /* bits of it that change each time; 0: none do */
    const char *accel;    /* QEMU's -accel; NULL: kvm. Borrowed */
    guint rounds;         /* of eight phases each, up to VM_EXITS_ROUNDS_MAX */
    int64_t phase_ns;     /* wall time of one */
    SpinVm stock, modded; /* while a pair runs */
    guint pairs;          /* begun so far */
} VmExits;

/* What one pair of VMs did. */
typedef struct {
    double ratio; /* exits per CPU second, modded to stock: the median of the rounds'. No finite
                     number if either did not exit in most of them */
    AbbaPhase stock, modded; /* of all rounds */
    bool exact;              /* both stood still at every reading */
} VmPair;

/*
 * Starts a pair of VMs anew, runs the rounds, and stops them. SY_ERROR_UNAVAILABLE if the two are
 * not builds of one source that differ in the mods alone; else errors of vm.h. After a failure
 * vm_exits_stop() is due.
 */
bool vm_exits_run_pair(VmExits *e, const SyCase *c, VmPair *out, GError **error);

/* Stops what runs. */
void vm_exits_stop(VmExits *e);

#endif

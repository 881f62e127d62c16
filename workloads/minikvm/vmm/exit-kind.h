/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why KVM_RUN returned: the kinds that are counted, and their text in the trace. */
#ifndef MINIKVM_VMM_EXIT_KIND_H
#define MINIKVM_VMM_EXIT_KIND_H

#include <linux/kvm.h>
#include <stddef.h>

typedef enum {
    MK_KIND_HLT,
    MK_KIND_IN,
    MK_KIND_OUT,
    MK_KIND_MMIO_READ,
    MK_KIND_MMIO_WRITE,
    MK_KIND_VMCALL,
    MK_KIND_SHUTDOWN,
    MK_KIND_INTERNAL_ERROR,
    MK_KIND_FAIL_ENTRY,
    MK_KIND_OTHER,
    MK_KINDS,
} MkKind;

/* The kind of the exit in `run`. Pure. */
MkKind mk_exit_kind(const struct kvm_run *run);

/* "hlt", "in", "out", "mmio-read" ... */
extern const char *const mk_kind_names[MK_KINDS];

/* Writes what `run` says of its exit, "out port=0x500 size=1 count=1 data=01", to `text`; of a
 * string instruction the data of the first element. Pure. */
void mk_exit_describe(const struct kvm_run *run, char *text, size_t room);

#endif

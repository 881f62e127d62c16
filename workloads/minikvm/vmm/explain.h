/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened to a vCPU that could not go on, in words. */
#ifndef MINIKVM_VMM_EXPLAIN_H
#define MINIKVM_VMM_EXPLAIN_H

#include "workloads/minikvm/vmm/vcpu.h"

/* Says what the end of `vcpu` means, in one line with what KVM said of it. `text` needs 256 bytes.
 * Pure. */
void mk_explain_end(const MkVcpu *vcpu, char *text, size_t room);

/* Prints registers, the code where the vCPU is, and where its last steps led to. */
void mk_explain_state(const MkVcpu *vcpu, FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vCPU without a local APIC that is kept alive. As long as there is one on the host, KVM makes
 * the next without changing its own code (the static key kvm_has_noapic_vcpu), which takes most of
 * KVM_CREATE_VCPU.
 */
#ifndef SY_WORKLOADS_MINIKVM_HOLDER_H
#define SY_WORKLOADS_MINIKVM_HOLDER_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    int kvm, vm, vcpu; /* -1: none */
} Holder;

/* Makes it. SY_ERROR_IO says what KVM refused; then nothing is left. */
bool holder_begin(Holder *holder, GError **error);

/* Ends it; one that was never begun needs -1 in its fields. */
void holder_end(Holder *holder);

#endif

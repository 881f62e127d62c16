/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What answers a guest's port and memory accesses: hypercalls, the UART, and nothing. */
#ifndef MINIKVM_VMM_DEVICES_H
#define MINIKVM_VMM_DEVICES_H

#include "workloads/minikvm/vmm/vcpu.h"

/*
 * Each serves the exit in the vCPU's kvm_run and returns MK_END_NONE, or the end that it brings. An
 * unknown port or address reads as all ones, and what is written there is lost, as on a PC's bus.
 * May block for input.
 */
MkEnd mk_serve_port(MkVcpu *vcpu);
MkEnd mk_serve_memory(MkVcpu *vcpu);
MkEnd mk_serve_vmcall(MkVcpu *vcpu);

#endif

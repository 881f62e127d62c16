/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: a KVM that is available and supports everything. */
#ifndef STAND_IN_SYSTEM_KVM_H
#define STAND_IN_SYSTEM_KVM_H

typedef struct KVMState KVMState;

extern KVMState *kvm_state;

#define kvm_enabled() true
#define kvm_check_extension(state, extension) ((void)(state), (void)(extension), 1)

#endif

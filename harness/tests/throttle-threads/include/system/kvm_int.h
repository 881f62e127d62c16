/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-in: the accelerator's state, of which there is one. */
#ifndef STAND_IN_SYSTEM_KVM_INT_H
#define STAND_IN_SYSTEM_KVM_INT_H

#include "kvm-throttle-state.h"
#include "qemu/osdep.h"
#include "system/kvm.h"

struct KVMState {
    int fd; /* -1 until it is initialised */
    KvmThrottleState throttle;
};

#define KVM_STATE(obj) ((KVMState *)(void *)(obj))

#endif

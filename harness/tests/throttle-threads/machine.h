/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vCPU threads like QEMU's: kvm_vcpu_thread_fn() and kvm_cpu_exec() with the throttle's hooks, the
 * BQL, queued work, kicks, pause and hotplug. KVM_RUN burns CPU time, sleeps like a halted guest,
 * exits at random, and is interrupted by signals.
 */
#ifndef THROTTLE_THREADS_MACHINE_H
#define THROTTLE_THREADS_MACHINE_H

#include "exclusive.h"
#include "hw/core/cpu.h"

extern __thread CPUState *current_cpu;

/* Nonzero only between start_exclusive() and end_exclusive(), when no vCPU runs to see it. */
extern int machine_alone;

/* Called by the vCPU's own thread under the BQL: before it registers with the throttle, right after
 * that, and when the throttle has released it. */
typedef struct MachineWatch {
    void (*coming)(CPUState *cpu);
    void (*here)(CPUState *cpu);
    void (*gone)(CPUState *cpu);
} MachineWatch;

/* Once, before any other thread. */
void machine_init(const MachineWatch *watch);

/* Adds a vCPU, which the machine owns, and waits until its thread runs. Under the BQL. */
CPUState *machine_plug(int cpu_index);

/* Ends the vCPU's thread and frees it. Under the BQL, which is released meanwhile. */
void machine_unplug(CPUState *cpu);

/* Stops all vCPUs and waits for them; lets them go on. Under the BQL, as above. */
void machine_pause(void);
void machine_resume(void);

/* Makes the vCPU's thread leave the guest and go through its loop once. For any thread that keeps
 * the vCPU from being unplugged meanwhile. */
void cpu_kick(CPUState *cpu);

/* From now on the guests only burn CPU time, so that their shares are predictable. */
void machine_guests_burn(void);

/* Pins all vCPUs to one host CPU, or lets them run wherever this process may. Without a lock, while
 * nobody plugs. */
void machine_share_one_cpu(bool share);

/* CLOCK_MONOTONIC, in ns. */
int64_t machine_now_ns(void);

/* From 0 to below - 1, all equally likely; the same state gives the same numbers. */
uint64_t random_below(uint64_t *state, uint64_t below);

#endif

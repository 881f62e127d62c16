/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of vCPU threads as QEMU leads it: kvm_vcpu_thread_fn() and kvm_cpu_exec() with the
 * throttle's hooks in their places, the big lock, queued work, kicks, pause, hotplug. KVM_RUN burns
 * CPU time, sleeps as a halted guest does, exits at random, and is interrupted by signals.
 */
#ifndef THROTTLE_THREADS_MACHINE_H
#define THROTTLE_THREADS_MACHINE_H

#include "exclusive.h"
#include "hw/core/cpu.h"

extern __thread CPUState *current_cpu;

/* Not 0 only between start_exclusive() and end_exclusive(), when no vCPU is running to see it. */
extern int machine_alone;

/* Told by the vCPU's own thread, under the BQL: before it makes itself known to the throttle, as
 * soon as that is done, and when the throttle has forgotten it. */
typedef struct MachineWatch {
    void (*coming)(CPUState *cpu);
    void (*here)(CPUState *cpu);
    void (*gone)(CPUState *cpu);
} MachineWatch;

/* Once, before any other thread. */
void machine_init(const MachineWatch *watch);

/* Adds a vCPU and waits until its thread is there; the machine owns it. Under the BQL. */
CPUState *machine_plug(int cpu_index);

/* Ends the vCPU's thread and frees it. Under the BQL, which is released meanwhile. */
void machine_unplug(CPUState *cpu);

/* Stops all vCPUs and waits for them; lets them go on. Under the BQL, as above. */
void machine_pause(void);
void machine_resume(void);

/* Has the vCPU's thread leave the guest and do a round. Any thread that keeps it from being
 * unplugged meanwhile. */
void cpu_kick(CPUState *cpu);

/* From now on the guests only burn CPU time, which makes what they get foreseeable. */
void machine_guests_burn(void);

/* Whether all vCPUs that there are share one host CPU, or may run where this process may. Under no
 * lock, while nobody plugs. */
void machine_share_one_cpu(bool share);

/* CLOCK_MONOTONIC, in ns. */
int64_t machine_now_ns(void);

/* From 0 to below - 1, each as likely; the same for the same state. */
uint64_t random_below(uint64_t *state, uint64_t below);

#endif

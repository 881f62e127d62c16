/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probes behind requirement.h. Each tries the thing itself, within a second and without lasting
 * effect, and says what the kernel answered. A probe allocates the strings of the result, and
 * leaves `name` to the caller.
 */
#ifndef SY_HOST_PROBE_H
#define SY_HOST_PROBE_H

#include "host/requirement.h"

/* Fill `result` with a copy of the texts: met, or not met with what to do about it. */
void sy_probe_met(SyRequirementResult *result, const char *format, ...) G_GNUC_PRINTF(2, 3);
void sy_probe_unmet(SyRequirementResult *result, const char *remedy, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Opens the KVM device `path`, asks for its API version and makes a VM. */
void sy_probe_kvm_node(const char *path, SyRequirementResult *result);

/* The same for /dev/kvm, with the kind of KVM in the evidence. Never met with STEELYARD_NO_KVM=1 in
 * the environment. */
void sy_probe_kvm(SyRequirementResult *result);

void sy_probe_schedstat(SyRequirementResult *result);
void sy_probe_perf_sw(SyRequirementResult *result);
void sy_probe_perf_hw(SyRequirementResult *result);

/* Opens the tracepoint kvm:kvm_set_irq on a CPU, for all threads. */
void sy_probe_perf_kvm(SyRequirementResult *result);

/* Met if sy_probe_ftrace() or sy_probe_perf_kvm() is. */
void sy_probe_kvm_events(SyRequirementResult *result);

void sy_probe_stress_ng(SyRequirementResult *result);
void sy_probe_ftrace(SyRequirementResult *result);

/* A part of sy_probe_ftrace(): a buffer, and the events sched and irq; tracefs may be unmounted. */
void sy_probe_sched_events(SyRequirementResult *result);

void sy_probe_cpulimit(SyRequirementResult *result);

/* Limits a child process by a group of its own (cgroup.h), as a workload would. */
void sy_probe_cgroup(SyRequirementResult *result);

void sy_probe_vhost_net(SyRequirementResult *result);

/* Is there `marker`, a file that only the lab's image has? */
void sy_probe_lab_marker(const char *marker, SyRequirementResult *result);
void sy_probe_lab(SyRequirementResult *result);

/*
 * Are linux/vmlinuz and linux/initrd in the folder last given to sy_probe_guests_dir(), and does
 * this KVM run a kernel as it is, without emulating it?
 */
void sy_probe_guests_dir(const char *dir);
void sy_probe_linux_guest(SyRequirementResult *result);

/* Is there a program at the path last given to sy_probe_stock_qemu_path()? */
void sy_probe_stock_qemu_path(const char *path);
void sy_probe_stock_qemu(SyRequirementResult *result);

#endif

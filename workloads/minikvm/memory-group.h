/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory control group of ours, in which the kernel counts what it uses itself for a process. */
#ifndef SY_WORKLOADS_MINIKVM_MEMORY_GROUP_H
#define SY_WORKLOADS_MINIKVM_MEMORY_GROUP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct MemoryGroup MemoryGroup;

/*
 * Makes an empty group, of cgroup v1 or v2. NULL, with what was tried and answered in `failures`,
 * where none can be made that counts the kernel's memory. The caller frees.
 */
MemoryGroup *memory_group_new(GString *failures);

/* The file through which a process joins it, by writing 0; owned by the group. */
const char *memory_group_procs(const MemoryGroup *group);

/* How long it takes until a change is counted, in ns: 0 in v1. v2 gathers what CPUs count every
 * two seconds (FLUSH_TIME in the kernel's mm/memcontrol.c), and earlier only if it is much. */
int64_t memory_group_delay_ns(const MemoryGroup *group);

/* The kernel's own memory for the group: stacks, page tables, file descriptors, VMs. SY_ERROR_IO,
 * SY_ERROR_PROTOCOL. */
bool memory_group_kernel_bytes(const MemoryGroup *group, double *bytes, GError **error);

/* The line "kernel N" of v2's memory.stat; false without one. Pure. */
bool memory_group_stat_parse(const char *text, double *bytes);

/* Removes the group, which has to be empty of processes by then; one that is not removed is by the
 * next steelyard. NULL is fine. */
void memory_group_free(MemoryGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MemoryGroup, memory_group_free)

#endif

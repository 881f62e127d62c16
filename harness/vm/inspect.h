/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a running QEMU for its vCPU threads, guest memory, build, and commands. */
#ifndef SY_VM_INSPECT_H
#define SY_VM_INSPECT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "vm/stamp.h"
#include "vm/vm.h"

typedef struct {
    int cpu_index;   /* as in kvm-throttle-set */
    pid_t thread_id; /* the vCPU's thread: /proc/PID/task/THREAD_ID */
    char *qom_path;
} SyVcpu;

/*
 * The vCPUs (query-cpus-fast), ascending by cpu-index: an array of SyVcpu that the caller frees
 * (g_array_unref, g_autoptr(GArray)), strings included. Never empty. NULL on error.
 */
GArray *sy_vm_vcpu_tids(SyVm *vm, GError **error);

/* The most that sy_vm_read_memory() reads at a time. */
#define SY_VM_READ_MEMORY_MAX_BYTES (16 * 1024 * 1024)

/*
 * Copies `size` bytes of guest-physical memory from `guest_phys` to `buffer` (pmemsave through a
 * file in the run folder). The guest keeps running meanwhile. SY_ERROR_USAGE for a size of 0 or
 * beyond the limit.
 */
bool sy_vm_read_memory(SyVm *vm, uint64_t guest_phys, gsize size, void *buffer, GError **error);

typedef struct {
    char *version;  /* "10.0.13" */
    char *release;  /* "10.0" */
    char *package;  /* the "package" of query-version, "" if none */
    SyStamp *stamp; /* NULL: not built by `make qemu` */
} SyVmBuild;

/* Which QEMU this is (query-version). The caller frees. */
SyVmBuild *sy_vm_query_build(SyVm *vm, GError **error);

/* "modded", "stock", "asan", or "unknown" for a QEMU that `make qemu` did not build. Static or
 * owned by `build`. */
const char *sy_vm_build_flavor(const SyVmBuild *build);

/* NULL is fine. */
void sy_vm_build_free(SyVmBuild *build);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyVmBuild, sy_vm_build_free)

/*
 * True if QEMU has the QMP command `command` (query-commands). Otherwise false:
 * SY_ERROR_UNAVAILABLE says that this QEMU lacks it, most likely because it has no mods, and how to
 * build one that has it; other errors as in vm.h.
 */
bool sy_vm_has_command(SyVm *vm, const char *command, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs mini-kvm (docs/MINIKVM.md), and reads what it reports. */
#ifndef SY_WORKLOADS_MINIKVM_LAUNCH_H
#define SY_WORKLOADS_MINIKVM_LAUNCH_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *program;       /* mini-kvm */
    const char *const *images; /* NULL-terminated, one for each vCPU */
    const char *dir;           /* for its files; absolute */
    bool traced;               /* perf counts kvm:kvm_userspace_exit; needs "perf-kvm" */
} MinikvmLaunch;

typedef struct {
    char *end; /* "hlt" ... */
    guint64 exits;
    guint64 interrupted;  /* KVM_RUNs that a signal ended */
    gint64 runs_by_kvm;   /* KVM_RUNs by KVM's own statistics; -1: it has none */
    GByteArray *output;   /* at most 1 MiB of it */
    guint64 output_bytes; /* all of it */
} MinikvmVcpu;

typedef struct {
    GPtrArray *vcpus;      /* MinikvmVcpu* */
    gint64 runs_by_tracer; /* KVM_RUNs of all vCPUs by the tracepoint; -1: not traced */
} MinikvmRun;

/* Is the program `name` there at `path`, for this user to execute? SY_ERROR_UNAVAILABLE with the
 * command that builds it. */
bool minikvm_is_built(const char *name, const char *path, GError **error);

/*
 * Runs it until all vCPUs have ended, at most two minutes. A guest that faults, or exceeds
 * mini-kvm's time limit, is no error. SY_ERROR_UNAVAILABLE: no mini-kvm or perf, with the remedy;
 * SY_ERROR_DIED: mini-kvm or perf failed, with its message; SY_ERROR_TIMEOUT; SY_ERROR_PROTOCOL.
 * Main thread only. The caller frees.
 */
MinikvmRun *minikvm_launch(const MinikvmLaunch *launch, GError **error);

/* Reads what `mini-kvm --json` printed. Pure; SY_ERROR_PROTOCOL. The caller frees. */
MinikvmRun *minikvm_run_parse(const char *text, gsize length, GError **error);

/* Reads the count of the one event that `perf stat -x ,` wrote. Pure; SY_ERROR_PROTOCOL. */
bool minikvm_perf_parse(const char *text, gint64 *count, GError **error);

void minikvm_run_free(MinikvmRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MinikvmRun, minikvm_run_free)

#endif

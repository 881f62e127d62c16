/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs mini-kvm-bench (docs/MINIKVM.md), and reads what it reports. */
#ifndef SY_WORKLOADS_MINIKVM_BENCH_RUN_H
#define SY_WORKLOADS_MINIKVM_BENCH_RUN_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    GArray *run_us;    /* of double: how long each run took */
    double wait_us;    /* for a CPU, of all of them together */
    guint64 different; /* runs that did not do what the first did */
    char *end;         /* of the first: "hlt" ... */
} BenchRun;

/* Reads what it printed. Pure; SY_ERROR_PROTOCOL. The caller frees. */
BenchRun *bench_run_parse(const char *text, GError **error);

/*
 * Runs `program` with `arguments` (NULL-terminated), at most two minutes; `file` gets its output.
 * SY_ERROR_UNAVAILABLE, with the remedy; SY_ERROR_DIED, with its message; SY_ERROR_TIMEOUT;
 * SY_ERROR_PROTOCOL. Main thread only. The caller frees.
 */
BenchRun *bench_run(const char *program, const char *const *arguments, const char *file,
                    GError **error);

void bench_run_free(BenchRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BenchRun, bench_run_free)

#endif

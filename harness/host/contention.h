/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A known load that competes for the CPUs: stress-ng, which is checked to be running, and all of
 * which ends with steelyard. */
#ifndef SY_HOST_CONTENTION_H
#define SY_HOST_CONTENTION_H

#include <glib.h>
#include <stdbool.h>

typedef struct SyContention SyContention;

typedef struct {
    const char *stressor; /* "cpu", "vm", "io", "timer" or "fork"; NULL: "cpu" */
    guint workers;        /* competing workers, 1..1024 */
    const char *cpus;     /* CPU list they may run on ("0", "0-1"); NULL: the caller's affinity */
    const char *dir;      /* existing private folder for stress-ng's scratch folder (removed at the
                             stop) and stress-ng.log */
} SyContentionConfig;

/*
 * Starts the workers and returns once each has been seen consuming CPU time (usually 0.1-0.3 s, at
 * most 5 s: then SY_ERROR_TIMEOUT with the end of stress-ng's log). Needs no privileges. Call from
 * the main thread (base/child.h says why). Errors: SY_ERROR_USAGE for a bad config,
 * SY_ERROR_UNAVAILABLE (with remedy) without stress-ng, SY_ERROR_DIED if it gave up,
 * SY_ERROR_CANCELLED. The caller owns the result: sy_contention_stop() or g_autoptr. Every process
 * of the load dies within 2 s of steelyard's death, kill -9 included (base/supervisor.h).
 */
SyContention *sy_contention_start(const SyContentionConfig *config, GError **error);

/* True while stress-ng runs; false: it gave up, so the measurement is worthless. Does not block. */
bool sy_contention_alive(SyContention *contention);

/* CPU time all its processes have used since the start, in ns: what the competitor really took.
 * Does not block. */
guint64 sy_contention_cpu_ns(const SyContention *contention);

/* The load for reports: "2 x stress-ng cpu on CPUs 0-1". Owned by `contention`. */
const char *sy_contention_describe(const SyContention *contention);

/*
 * Ends every process (blocks for some ms, at most 5 s), verifies that none is left and removes the
 * scratch folder. Frees `contention` in any case; NULL is fine. SY_ERROR_DIED: stress-ng had
 * already ended by itself, so the load was not there all the time. SY_ERROR_TIMEOUT names the
 * process that does not die.
 */
bool sy_contention_stop(SyContention *contention, GError **error);

/* sy_contention_stop() that ignores errors, for g_autoptr. */
void sy_contention_free(SyContention *contention);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyContention, sy_contention_free)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that starts processes of its own, kept by a small process in between. The keeper adopts
 * whatever its program leaves behind (PR_SET_CHILD_SUBREAPER) and ends and reaps the whole tree
 * when asked to, when the program ends, and when steelyard dies. PR_SET_PDEATHSIG alone reaches
 * only the program itself; stress-ng 0.15 sets it for its workers too, but a worker just being
 * started escapes now and then (seen once in 40 kills), and its `fork` stressor's children are in
 * sessions of their own, out of reach of a signal to the group.
 */
#ifndef SY_BASE_SUPERVISOR_H
#define SY_BASE_SUPERVISOR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/child.h"

typedef struct SyKeeper SyKeeper;

/*
 * Starts `argv` under a keeper, with `options` as for sy_child_spawn() and its errors. From the
 * main thread only, as there. The caller owns the result: sy_keeper_end() or g_autoptr.
 */
SyKeeper *sy_keeper_spawn(const char *const *argv, const SyChildOptions *options, GError **error);

/* Process id of the keeper: everything it keeps descends from it. */
pid_t sy_keeper_pid(const SyKeeper *keeper);

/* Process id of the program. */
pid_t sy_keeper_program(const SyKeeper *keeper);

/* True while the program runs. Does not block. */
bool sy_keeper_alive(SyKeeper *keeper);

/* Blocks until the program and all it left are gone or `deadline_ns` (CLOCK_MONOTONIC) passes; true
 * if they are gone. */
bool sy_keeper_wait(SyKeeper *keeper, int64_t deadline_ns);

/* True if the program is gone and ended by itself with exit status 0. */
bool sy_keeper_succeeded(const SyKeeper *keeper);

/*
 * SIGKILL to every process kept, all reaped; blocks for some ms, at most `patience_ns`. Frees
 * `keeper` in any case; NULL is fine. SY_ERROR_TIMEOUT if a process would not die (stuck in the
 * kernel).
 */
bool sy_keeper_end(SyKeeper *keeper, int64_t patience_ns, GError **error);

/* sy_keeper_end() with 5 s of patience and without the report, for g_autoptr. */
void sy_keeper_free(SyKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyKeeper, sy_keeper_free)

#endif

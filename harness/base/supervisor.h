/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a program that starts processes of its own, with a small supervisor process in between. The
 * supervisor adopts whatever the program leaves behind (PR_SET_CHILD_SUBREAPER). It ends and reaps
 * the whole tree on request, when the program ends, and when steelyard dies. PR_SET_PDEATHSIG alone
 * reaches only the program itself: stress-ng 0.15 sets it for its workers too, but a worker that is
 * just being started escapes now and then (seen once in 40 kills), and the children of its `fork`
 * stressor have sessions of their own, where a signal to the group does not reach them.
 */
#ifndef SY_BASE_SUPERVISOR_H
#define SY_BASE_SUPERVISOR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/child.h"

typedef struct SySupervisor SySupervisor;

/*
 * Starts `argv` under a supervisor, with `options` as for sy_child_spawn() and its errors. From the
 * main thread only, as there. The caller owns the result: sy_supervisor_end() or g_autoptr.
 */
SySupervisor *sy_supervisor_spawn(const char *const *argv, const SyChildOptions *options,
                                  GError **error);

/* Process id of the supervisor: every process of the tree descends from it. */
pid_t sy_supervisor_pid(const SySupervisor *supervisor);

/* Process id of the program, for messages and for what reads /proc: the supervisor may have reaped
 * it, so sy_supervisor_signal() sends it signals. */
pid_t sy_supervisor_program(const SySupervisor *supervisor);

/* True while the program runs. Does not block. */
bool sy_supervisor_alive(SySupervisor *supervisor);

/* Sends the program `signo` by way of the supervisor, which alone knows that the process id is
 * still the program's. False if it is not: the program has ended. Does not block. */
bool sy_supervisor_signal(SySupervisor *supervisor, int signo);

/* Blocks until the program and everything it left behind are gone, or `deadline_ns`
 * (CLOCK_MONOTONIC) passes; true if they are gone. */
bool sy_supervisor_wait(SySupervisor *supervisor, int64_t deadline_ns);

/* True if the program is gone and ended by itself with exit status 0. */
bool sy_supervisor_succeeded(const SySupervisor *supervisor);

/*
 * Kills and reaps every process of the tree. Blocks for some ms, at most `patience_ns`. Frees
 * `supervisor` in any case; NULL is fine. SY_ERROR_TIMEOUT if a process does not die (it is stuck
 * in the kernel).
 */
bool sy_supervisor_end(SySupervisor *supervisor, int64_t patience_ns, GError **error);

/* sy_supervisor_end() with 5 s of patience, ignoring errors, for g_autoptr. */
void sy_supervisor_free(SySupervisor *supervisor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SySupervisor, sy_supervisor_free)

#endif

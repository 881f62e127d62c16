/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes that never outlive steelyard: each dies with it (PR_SET_PDEATHSIG) and ends as a
 * whole group. */
#ifndef SY_BASE_CHILD_H
#define SY_BASE_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct SyChild SyChild;

typedef struct {
    /* Working directory; NULL: the caller's. */
    const char *cwd;

    /* stdout and stderr are appended to this file (created with mode 0600); NULL: /dev/null. */
    const char *output_path;

    /* A socket that becomes stdin and stdout, so that `output_path` has stderr alone; 0: none.
     * The caller keeps it, and closes it after the spawn. Not with `terminal`. */
    int socket;

    /* CPU list to pin to ("0", "0-1,3"); NULL: the caller's affinity. */
    const char *cpus;

    /* The child keeps the caller's stdin, stdout and process group, so that it may read and set the
     * terminal. sy_child_end() then ends it alone, not a group. */
    bool terminal;

    /* Runs in a session of its own, as far ahead of other processes as this user may put it:
     * nice -20, for its autogroup too (sched(7)). Not with `terminal`. */
    bool ahead;
} SyChildOptions;

/*
 * Starts `argv` (NULL-terminated; argv[0] is looked up in PATH) in a process group of its own,
 * stdin from /dev/null, SIGKILL on the caller's death. Must be called from the main thread, because
 * the kernel ties PR_SET_PDEATHSIG to the thread that forked. Fails with SY_ERROR_UNAVAILABLE if
 * the program cannot be executed. The caller owns the result: sy_child_end() or g_autoptr.
 */
SyChild *sy_child_spawn(const char *const *argv, const SyChildOptions *options, GError **error);

/* Its process id, which no other process can get before sy_child_end(), even if it has ended. */
pid_t sy_child_pid(const SyChild *child);

/* True while the process runs. Once false, sy_child_describe_exit() says how it ended. Does not
 * block. */
bool sy_child_alive(SyChild *child);

/* Blocks until the process ends or `deadline_ns` (CLOCK_MONOTONIC) passes; true if it ended. */
bool sy_child_wait(SyChild *child, int64_t deadline_ns);

/* "exit status 3", "killed by SIGSEGV", "running", or "exit status unknown" where this process
 * ignores SIGCHLD; the caller frees. */
char *sy_child_describe_exit(const SyChild *child);

/* True if the process ended by itself with exit status 0. */
bool sy_child_succeeded(const SyChild *child);

/*
 * Sends SIGTERM to the group, waits up to `grace_ns`, sends SIGKILL to the group and reaps the
 * child: only then may its process id be given to another. Frees `child`; NULL is fine.
 */
void sy_child_end(SyChild *child, int64_t grace_ns);

/* sy_child_end() without grace, for g_autoptr. */
void sy_child_free(SyChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyChild, sy_child_free)

#endif

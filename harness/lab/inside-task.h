/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The task that the lab was booted for: one process, which process 1 runs to its end. */
#ifndef SY_LAB_INSIDE_TASK_H
#define SY_LAB_INSIDE_TASK_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *name;    /* SY_INSIDE_TASK_* */
    char *request; /* NULL if there was none */
    GStrv env;     /* as for execve(2) */
    bool shared;   /* SY_INSIDE_WORK shows a folder of the machine outside */
} SyInsideTask;

/*
 * Reads the fw_cfg items, and writes the request to SY_INSIDE_REQUEST for the task. The caller sets
 * `shared`, and frees the result. SY_ERROR_IO: a required item is missing; SY_ERROR_PROTOCOL: the
 * task is unknown.
 */
SyInsideTask *sy_inside_task_load(GError **error);

/*
 * Runs the task until it ends, reaping orphans meanwhile, then kills whatever else still runs.
 * Process 1 only. *status is the task's exit status, or 128 + the signal that ended it.
 * SY_ERROR_IO: it could not be started.
 */
bool sy_inside_task_run(const SyInsideTask *task, int *status, GError **error);

void sy_inside_task_free(SyInsideTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyInsideTask, sy_inside_task_free)

/* The environment of every task, extended and overridden by the lines "NAME=VALUE" of `text` (may
 * be NULL); other lines are ignored. The caller frees. */
GStrv sy_inside_task_env(const char *text);

/* The command line of the task `name`, NULL-terminated; NULL if the task is unknown. The caller
 * frees. */
GStrv sy_inside_task_argv(const char *name, const char *request);

/* The exit status that a shell would report for a wait status. */
int sy_inside_task_status(int wait_status);

#endif

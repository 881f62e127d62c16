/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lab was booted for: one process, run by process 1 to its end. */
#ifndef SY_LAB_INSIDE_TASK_H
#define SY_LAB_INSIDE_TASK_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *name;    /* SY_INSIDE_TASK_* */
    char *request; /* NULL if there was none */
    GStrv env;     /* as for execve(2) */
    bool shared;   /* SY_INSIDE_WORK is a folder of the machine outside */
} SyInsideTask;

/*
 * Reads the fw_cfg items, and leaves the request in SY_INSIDE_REQUEST for the task. `shared` is
 * left to the caller. The caller frees. SY_ERROR_IO: an item that must be there is not;
 * SY_ERROR_PROTOCOL: there is no such task.
 */
SyInsideTask *sy_inside_task_load(GError **error);

/*
 * Runs the task until it ends, reaps all orphans on the way, then kills whatever else still runs.
 * Process 1 only. *status is its exit status, or 128 + the signal that ended it. SY_ERROR_IO: it
 * could not be started.
 */
bool sy_inside_task_run(const SyInsideTask *task, int *status, GError **error);

void sy_inside_task_free(SyInsideTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyInsideTask, sy_inside_task_free)

/* The environment that every task has, with the lines "NAME=VALUE" of `text` (may be NULL) in
 * addition or instead; other lines are left out. The caller frees. */
GStrv sy_inside_task_env(const char *text);

/* The command line of the task `name`, NULL-terminated; NULL if there is no such task. The caller
 * frees. */
GStrv sy_inside_task_argv(const char *name, const char *request);

/* A wait status as a shell would give it. */
int sy_inside_task_status(int wait_status);

#endif

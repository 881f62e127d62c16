/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the control group hierarchies (v2 and v1) that have a controller, and names the groups that
 * steelyard makes in them.
 */
#ifndef SY_HOST_CGROUP_TREE_H
#define SY_HOST_CGROUP_TREE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    char *dir; /* its mount point */
    bool v2;
    const char *controller; /* "cpu" or "memory" */
    int mount_fd;           /* a mount that only this process sees, as /proc/self/fd/N; -1: none */

    /* Tests replace these: /proc, and mkdir(2) and rmdir(2), because the kernel fills new
     * groups. */
    const char *proc;
    int (*make)(const char *path, mode_t mode);
    int (*remove)(const char *path);
} SyCgroupTree;

/*
 * Every hierarchy of this host with `controller`, a static string, as SyCgroupTree*. A v2 hierarchy
 * that is not mounted is mounted for this process alone, if that is allowed. `failures` gets the
 * hierarchies that cannot be used, and why. Empty if there is none. The caller frees
 * (g_ptr_array_unref), but not before the groups made in them.
 */
GPtrArray *sy_cgroup_trees(const char *controller, GString *failures);

/* A tree for the cpu controller at `dir`, which has to exist; the caller frees. For tests. */
SyCgroupTree *sy_cgroup_tree_at(const char *dir, bool v2);
void sy_cgroup_tree_free(SyCgroupTree *tree);

/*
 * The group that /proc/PID/cgroup (`text`) names for the v1 hierarchy of `controller`, or for v2 if
 * `controller` is "": a path below the top, "/" for the top itself. NULL if it names none. The
 * caller frees. Pure.
 */
char *sy_cgroup_path(const char *text, const char *controller);

/* The folder of the group that process `pid` is in; the top if that cannot be seen from here, as in
 * a container that has only its own part mounted. The caller frees. */
char *sy_cgroup_tree_home(const SyCgroupTree *tree, pid_t pid);

/* A new name for a group of this process, such as "steelyard-1234-1"; the caller frees. */
char *sy_cgroup_name(void);

/* The process that a group is named after, or 0 if `name` has another form. Pure. */
pid_t sy_cgroup_name_pid(const char *name);

/*
 * Removes the groups in `parent` that dead steelyards left; they are empty, because QEMU dies with
 * its steelyard. Best effort; true if no other steelyard's group is left in `parent`.
 */
bool sy_cgroup_remove_stale(const SyCgroupTree *tree, const char *parent);

/* The name of the thread's group inside the group made for its process (see cgroup.c). */
#define SY_CGROUP_INNER "vcpu"

#endif

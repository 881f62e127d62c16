/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where control groups that limit CPU time can be made: the hierarchies that have the cpu
 * controller, v2 and v1, and the names of the groups that steelyard makes in them.
 */
#ifndef SY_HOST_CGROUP_TREE_H
#define SY_HOST_CGROUP_TREE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    char *dir; /* its top, as it is mounted */
    bool v2;
    int mount_fd; /* holds a mount that is nobody's but ours, seen as /proc/self/fd/N; -1: none */

    /* For tests: where /proc is, and mkdir(2) and rmdir(2), as the kernel does more than those. */
    const char *proc;
    int (*make)(const char *path, mode_t mode);
    int (*remove)(const char *path);
} SyCgroupTree;

/*
 * Every hierarchy of this host with the cpu controller, as SyCgroupTree*; a v2 that nobody has
 * mounted is mounted where only this process sees it, if that is allowed. What was found but cannot
 * be used is said in `failures`. Empty if there is none. The caller frees (g_ptr_array_unref), and
 * keeps the array as long as groups in it.
 */
GPtrArray *sy_cgroup_trees(GString *failures);

/* A tree at `dir`, which has to exist; the caller frees. For tests. */
SyCgroupTree *sy_cgroup_tree_at(const char *dir, bool v2);
void sy_cgroup_tree_free(SyCgroupTree *tree);

/*
 * The group that /proc/PID/cgroup (`text`) names for the v1 hierarchy of `controller`, or for v2 if
 * that is "": a path below the top, "/" for the top itself. NULL if it names none. The caller
 * frees. Pure.
 */
char *sy_cgroup_path(const char *text, const char *controller);

/* The folder of the group that process `pid` is in; the top if that cannot be seen from here, as in
 * a container that has only its own part mounted. The caller frees. */
char *sy_cgroup_tree_home(const SyCgroupTree *tree, pid_t pid);

/* The name of another group of this process, as in "steelyard-1234-1"; the caller frees. */
char *sy_cgroup_name(void);

/* The process that a group is named after, or 0 if `name` is no such name. Pure. */
pid_t sy_cgroup_name_pid(const char *name);

/*
 * Removes the groups in `parent` that a steelyard has left that is no more: empty ones, for a
 * killed steelyard's QEMU dies with it. Best effort; true if none of another steelyard is left.
 */
bool sy_cgroup_remove_stale(const SyCgroupTree *tree, const char *parent);

/* The group inside a group that was made only for it (see cgroup.c). */
#define SY_CGROUP_INNER "vcpu"

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/cgroup-tree.h"

#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_PREFIX "steelyard-"

/* ---- names ---- */

char *sy_cgroup_path(const char *text, const char *controller)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, ":", 3); /* id:controllers:path */
        g_auto(GStrv) names = NULL;

        if (g_strv_length(parts) != 3 || parts[2][0] != '/') {
            continue;
        }
        names = g_strsplit(parts[1], ",", -1);
        if (*controller ? g_strv_contains((const char *const *)names, controller)
                        : parts[1][0] == '\0') {
            return g_strdup(parts[2]);
        }
    }
    return NULL;
}

char *sy_cgroup_name(void)
{
    static guint count;

    return g_strdup_printf(NAME_PREFIX "%d-%u", (int)getpid(), ++count);
}

pid_t sy_cgroup_name_pid(const char *name)
{
    const char *digits = name + strlen(NAME_PREFIX);
    char *end;
    guint64 pid;

    if (!g_str_has_prefix(name, NAME_PREFIX) || !g_ascii_isdigit(*digits)) {
        return 0;
    }
    pid = g_ascii_strtoull(digits, &end, 10);
    if (*end != '-' || !g_ascii_isdigit(end[1]) || pid > G_MAXINT32) {
        return 0;
    }
    g_ascii_strtoull(end + 1, &end, 10);
    return *end == '\0' ? (pid_t)pid : 0;
}

/* ---- trees ---- */

SyCgroupTree *sy_cgroup_tree_at(const char *dir, bool v2)
{
    SyCgroupTree *tree = g_new0(SyCgroupTree, 1);

    tree->dir = g_strdup(dir);
    tree->v2 = v2;
    tree->controller = "cpu";
    tree->mount_fd = -1;
    tree->proc = "/proc";
    tree->make = mkdir;
    tree->remove = rmdir;
    return tree;
}

void sy_cgroup_tree_free(SyCgroupTree *tree)
{
    if (!tree) {
        return;
    }
    if (tree->mount_fd >= 0) {
        close(tree->mount_fd);
    }
    g_free(tree->dir);
    g_free(tree);
}

static void free_tree(gpointer data)
{
    sy_cgroup_tree_free(data);
}

static void note(GString *failures, const char *dir, const char *what)
{
    g_string_append_printf(failures, "%s%s: %s", failures->len ? "; " : "", dir, what);
}

/* In a hybrid set-up v2 is mounted, but a v1 hierarchy has the controller. */
static bool has_controller(const char *dir, const char *controller, GString *failures)
{
    g_autofree char *path = g_build_filename(dir, "cgroup.controllers", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) names = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        note(failures, dir, "no cgroup.controllers");
        return false;
    }
    names = g_strsplit(g_strchomp(text), " ", -1);
    if (!g_strv_contains((const char *const *)names, controller)) {
        g_autofree char *what = g_strdup_printf("cgroup v2 without the %s controller", controller);

        note(failures, dir, what);
        return false;
    }
    return true;
}

/*
 * A detached mount (fsmount(2)): no path of the host changes, and it goes away with the descriptor,
 * also when steelyard is killed.
 */
static SyCgroupTree *mount_v2(GString *failures)
{
    int fs = fsopen("cgroup2", FSOPEN_CLOEXEC);
    int fd = -1, errno_value = errno;
    g_autofree char *dir = NULL;
    SyCgroupTree *tree;

    if (fs >= 0) {
        if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0) {
            fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
        }
        errno_value = errno;
        close(fs);
    }
    if (fd < 0) {
        g_string_append_printf(failures, "%sno cgroup2 is mounted, and mounting one failed: %s",
                               failures->len ? "; " : "", g_strerror(errno_value));
        return NULL;
    }
    dir = g_strdup_printf("/proc/self/fd/%d", fd);
    tree = sy_cgroup_tree_at(dir, true);
    tree->mount_fd = fd;
    return tree;
}

GPtrArray *sy_cgroup_trees(const char *controller, GString *failures)
{
    g_autoptr(GPtrArray) trees = g_ptr_array_new_with_free_func(free_tree);
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    bool v2_mounted = false;
    struct mntent *entry;

    while (mounts && (entry = getmntent(mounts))) {
        bool v2 = strcmp(entry->mnt_type, "cgroup2") == 0;
        bool v1 = strcmp(entry->mnt_type, "cgroup") == 0 && hasmntopt(entry, controller);

        v2_mounted = v2_mounted || v2;
        if (v1 || (v2 && has_controller(entry->mnt_dir, controller, failures))) {
            SyCgroupTree *tree = sy_cgroup_tree_at(entry->mnt_dir, v2);

            tree->controller = controller;
            g_ptr_array_add(trees, tree);
        }
    }
    if (mounts) {
        endmntent(mounts);
    }
    if (trees->len == 0 && !v2_mounted) {
        SyCgroupTree *tree = mount_v2(failures);

        if (tree && has_controller(tree->dir, controller, failures)) {
            tree->controller = controller;
            g_ptr_array_add(trees, tree);
        } else {
            sy_cgroup_tree_free(tree);
        }
    }
    return g_steal_pointer(&trees);
}

char *sy_cgroup_tree_home(const SyCgroupTree *tree, pid_t pid)
{
    g_autofree char *file = g_strdup_printf("%s/%d/cgroup", tree->proc, (int)pid);
    g_autofree char *text = NULL, *path = NULL, *dir = NULL;

    if (g_file_get_contents(file, &text, NULL, NULL)) {
        path = sy_cgroup_path(text, tree->v2 ? "" : tree->controller);
    }
    if (path && strcmp(path, "/") != 0 && !g_str_has_prefix(path, "/..")) {
        dir = g_build_filename(tree->dir, path, NULL);
        if (g_file_test(dir, G_FILE_TEST_IS_DIR)) {
            return g_steal_pointer(&dir);
        }
    }
    return g_strdup(tree->dir);
}

/* ---- leftovers ---- */

/*
 * If the id belongs to another program by now, the leftover stays until that ends: harmless. A
 * living steelyard that this one cannot see (another PID namespace) has a thread in its group,
 * which the kernel therefore does not remove.
 */
static bool is_stale(pid_t pid)
{
    return pid > 0 && pid != getpid() && kill(pid, 0) < 0 && errno == ESRCH;
}

bool sy_cgroup_remove_stale(const SyCgroupTree *tree, const char *parent)
{
    g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
    bool clean = true;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        pid_t pid = sy_cgroup_name_pid(name);

        if (pid == 0 || pid == getpid()) {
            continue;
        }
        if (is_stale(pid)) {
            g_autofree char *group = g_build_filename(parent, name, NULL);
            g_autofree char *inner = g_build_filename(group, SY_CGROUP_INNER, NULL);

            tree->remove(inner);
            clean = tree->remove(group) == 0 && clean;
        } else {
            clean = false;
        }
    }
    return clean;
}

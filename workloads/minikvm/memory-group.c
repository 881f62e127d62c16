/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/minikvm/memory-group.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "host/cgroup-tree.h"

struct MemoryGroup {
    char *dir, *procs, *count; /* the group, its cgroup.procs, and the file with the number */
    bool v2;
};

bool memory_group_stat_parse(const char *text, double *bytes)
{
    static const char word[] = "kernel ";

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (g_str_has_prefix(line, word)) {
            char *end;

            *bytes = (double)g_ascii_strtoull(line + strlen(word), &end, 10);
            return end > line + strlen(word) && (*end == '\n' || *end == '\0');
        }
    }
    return false;
}

/* A group in `parent`, or NULL. */
static MemoryGroup *try_in(const SyCgroupTree *tree, const char *parent, GString *failures)
{
    g_autoptr(MemoryGroup) group = g_new0(MemoryGroup, 1);
    g_autofree char *name = sy_cgroup_name();
    g_autoptr(GError) error = NULL;
    double bytes;

    sy_cgroup_remove_stale(tree, parent);
    group->v2 = tree->v2;
    group->dir = g_build_filename(parent, name, NULL);
    group->procs = g_build_filename(group->dir, "cgroup.procs", NULL);
    group->count =
        g_build_filename(group->dir, tree->v2 ? "memory.stat" : "memory.kmem.usage_in_bytes", NULL);
    if (mkdir(group->dir, 0700) != 0) {
        g_string_append_printf(failures, "%s%s: %s", failures->len ? "; " : "", group->dir,
                               g_strerror(errno));
        g_clear_pointer(&group->dir, g_free);
        return NULL;
    }
    if (!memory_group_kernel_bytes(group, &bytes, &error)) {
        g_string_append_printf(failures, "%s%s", failures->len ? "; " : "", error->message);
        return NULL;
    }
    return g_steal_pointer(&group);
}

MemoryGroup *memory_group_new(GString *failures)
{
    g_autoptr(GPtrArray) trees = sy_cgroup_trees("memory", failures);

    for (guint i = 0; i < trees->len; i++) {
        const SyCgroupTree *tree = g_ptr_array_index(trees, i);
        g_autofree char *home = sy_cgroup_tree_home(tree, getpid());
        MemoryGroup *group = NULL;

        /* A mount that only this process sees is of no use to the child that has to join. */
        if (tree->mount_fd < 0) {
            group = try_in(tree, home, failures);
            group =
                group || strcmp(home, tree->dir) == 0 ? group : try_in(tree, tree->dir, failures);
        }
        if (group) {
            return group;
        }
    }
    return NULL;
}

const char *memory_group_procs(const MemoryGroup *group)
{
    return group->procs;
}

int64_t memory_group_delay_ns(const MemoryGroup *group)
{
    return group->v2 ? 5 * SY_NS_PER_S / 2 : 0;
}

bool memory_group_kernel_bytes(const MemoryGroup *group, double *bytes, GError **error)
{
    g_autofree char *text = NULL;
    guint64 number;

    if (!g_file_get_contents(group->count, &text, NULL, error)) {
        return false;
    }
    if (group->v2
            ? memory_group_stat_parse(text, bytes)
            : g_ascii_string_to_unsigned(g_strchomp(text), 10, 0, G_MAXUINT64, &number, NULL)) {
        *bytes = group->v2 ? *bytes : (double)number;
        return true;
    }
    g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s does not count the kernel's memory",
                group->count);
    return false;
}

void memory_group_free(MemoryGroup *group)
{
    if (group) {
        if (group->dir) {
            rmdir(group->dir);
        }
        g_free(group->dir);
        g_free(group->procs);
        g_free(group->count);
        g_free(group);
    }
}

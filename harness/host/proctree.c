/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/proctree.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/schedstat.h"

static guint64 ticks_to_ns(guint64 ticks)
{
    return ticks * (guint64)(SY_NS_PER_S / sysconf(_SC_CLK_TCK));
}

bool sy_proc_parse(const char *text, SyProc *out)
{
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    unsigned long long user, system, reaped_user, reaped_system;
    int pid, parent;

    if (!open || !close || close < open || sscanf(text, "%d (", &pid) != 1) {
        return false;
    }
    /* Fields 3, 4 and 14..17 of proc(5). */
    if (sscanf(close + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu",
               &out->state, &parent, &user, &system, &reaped_user, &reaped_system) != 6) {
        return false;
    }
    out->pid = pid;
    out->parent = parent;
    g_strlcpy(out->name, open + 1, MIN(sizeof(out->name), (gsize)(close - open)));
    out->cpu_ns = ticks_to_ns(user + system);
    out->reaped_ns = ticks_to_ns(reaped_user + reaped_system);
    return true;
}

/* Every process of this host. */
static GArray *all_processes(void)
{
    GArray *all = g_array_new(FALSE, TRUE, sizeof(SyProc));
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = NULL, *text = NULL;
        SyProc proc = {0};

        if (!g_ascii_isdigit(name[0])) {
            continue;
        }
        path = g_strdup_printf("/proc/%s/stat", name);
        if (!g_file_get_contents(path, &text, NULL, NULL) || !sy_proc_parse(text, &proc)) {
            continue;
        }
        g_array_append_val(all, proc);
    }
    return all;
}

static bool array_has_pid(const GArray *array, pid_t pid)
{
    for (guint i = 0; i < array->len; i++) {
        if (g_array_index(array, SyProc, i).pid == pid) {
            return true;
        }
    }
    return false;
}

/* `stat` sums up all threads, in steps of 10 ms; schedstat has ns, but of the first thread only. */
static void append_with_fine_time(GArray *array, SyProc proc)
{
    SySchedstat fine;

    if (sy_schedstat_read(proc.pid, proc.pid, &fine, NULL)) {
        proc.cpu_ns = MAX(proc.cpu_ns, fine.run_ns);
    }
    g_array_append_val(array, proc);
}

GArray *sy_proctree_below(pid_t root)
{
    g_autoptr(GArray) all = all_processes();
    GArray *below = g_array_new(FALSE, TRUE, sizeof(SyProc));
    guint before;

    /* One level of the tree each time round; ids are not ordered by age once they have wrapped. */
    do {
        before = below->len;
        for (guint i = 0; i < all->len; i++) {
            const SyProc *proc = &g_array_index(all, SyProc, i);

            if ((proc->parent == root || array_has_pid(below, proc->parent)) && proc->pid != root &&
                !array_has_pid(below, proc->pid)) {
                append_with_fine_time(below, *proc);
            }
        }
    } while (below->len > before);
    return below;
}

guint64 sy_proctree_cpu_ns(const GArray *tree, pid_t pid)
{
    g_autoptr(GArray) counted = g_array_new(FALSE, FALSE, sizeof(pid_t));
    guint64 sum = 0;

    /* Parents come before their children, so one pass sees every ancestor first. */
    for (guint i = 0; i < tree->len; i++) {
        const SyProc *proc = &g_array_index(tree, SyProc, i);
        bool below = proc->pid == pid;

        for (guint j = 0; j < counted->len && !below; j++) {
            below = g_array_index(counted, pid_t, j) == proc->parent;
        }
        if (below) {
            g_array_append_val(counted, proc->pid);
            sum += proc->cpu_ns + proc->reaped_ns;
        }
    }
    return sum;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup v2 (Linux, Documentation/admin-guide/cgroup-v2.rst, "Threads"): a single thread can be in
 * a group of its own only if that group is "threaded" and the rest of its process is in a group
 * above. Under the group that the process is in, one new group does. At the top it takes two: one
 * for the process, and the threaded one in it. In v1 a thread can be in any group.
 */
#include "host/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

/* A thread that has ended holds its group for a moment. */
#define REMOVE_PATIENCE_NS (1 * SY_NS_PER_S)
#define REMOVE_POLL_NS (1 * SY_NS_PER_MS)

struct SyCgroup {
    const SyCgroupTree *tree;
    GPtrArray *trees; /* owns `tree`, unless the caller does */
    pid_t pid, tid;
    char *home;       /* the group that the process came from */
    char *outer;      /* the group made for the whole process; NULL: it stayed at home */
    char *dir;        /* the thread's group */
    char *enabled_in; /* the group in which we switched the controller on; NULL: it was on */
    bool bursty;      /* has a burst */
    char *description;
};

/* ---- files ---- */

static bool write_file(const char *dir, const char *file, const char *value, GError **error)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int errno_value = errno;
    bool written = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

    if (fd >= 0) {
        errno_value = errno;
        close(fd);
    }
    if (!written) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot write \"%s\" to %s: %s", value,
                    path, g_strerror(errno_value));
    }
    return written;
}

static bool write_id(const char *dir, const char *file, pid_t id, GError **error)
{
    g_autofree char *text = g_strdup_printf("%d", (int)id);

    return write_file(dir, file, text, error);
}

static bool make_dir(const SyCgroupTree *tree, const char *path, GError **error)
{
    if (tree->make(path, 0755) < 0) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "cannot make %s: %s", path,
                    g_strerror(errno));
        return false;
    }
    return true;
}

/* ---- making ---- */

/* Groups below `dir` get the cpu controller; remembers where we switched it on. */
static bool enable_controller(SyCgroup *group, const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "cgroup.subtree_control", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) names = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        names = g_strsplit(g_strchomp(text), " ", -1);
        if (g_strv_contains((const char *const *)names, "cpu")) {
            return true;
        }
    }
    if (!write_file(dir, "cgroup.subtree_control", "+cpu", error)) {
        return false;
    }
    /* In a group of ours it goes away with the group. */
    group->enabled_in = g_strcmp0(dir, group->outer) == 0 ? NULL : g_strdup(dir);
    return true;
}

/* Makes the thread's group in `parent`; `group->dir` is set once it is there. */
static bool make_group(SyCgroup *group, const char *parent, const char *name, GError **error)
{
    const SyCgroupTree *tree = group->tree;
    g_autofree char *dir = g_build_filename(parent, name, NULL);

    if ((tree->v2 && !enable_controller(group, parent, error)) || !make_dir(tree, dir, error)) {
        return false;
    }
    group->dir = g_steal_pointer(&dir);
    /* No limit yet: the write shows whether limits are allowed. */
    return tree->v2 ? write_file(group->dir, "cgroup.type", "threaded", error) &&
                          write_file(group->dir, "cpu.max", "max", error) &&
                          write_id(group->dir, "cgroup.threads", group->tid, error)
                    : write_file(group->dir, "cpu.cfs_quota_us", "-1", error) &&
                          write_id(group->dir, "tasks", group->tid, error);
}

/* Under `parent`, with a group for the whole process in between if that is not in `parent`. */
static bool make_under(SyCgroup *group, const char *parent, GError **error)
{
    g_autofree char *name = sy_cgroup_name();

    if (!group->tree->v2 || strcmp(parent, group->home) == 0) {
        return make_group(group, parent, name, error);
    }
    if (!enable_controller(group, parent, error)) {
        return false;
    }
    group->outer = g_build_filename(parent, name, NULL);
    if (!make_dir(group->tree, group->outer, error)) {
        g_clear_pointer(&group->outer, g_free);
        return false;
    }
    return write_id(group->outer, "cgroup.procs", group->pid, error) &&
           make_group(group, group->outer, SY_CGROUP_INNER, error);
}

/* ---- unmaking ---- */

static bool remove_dir(const SyCgroupTree *tree, const char *path, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + REMOVE_PATIENCE_NS;

    while (tree->remove(path) < 0 && errno != ENOENT) {
        if (errno != EBUSY || sy_now_ns() >= deadline_ns) {
            sy_error_set_io(error, errno, "cannot remove the control group", path);
            return false;
        }
        g_usleep(REMOVE_POLL_NS / SY_NS_PER_US);
    }
    return true;
}

/* Undoes what make_under() did, as far as it came, in reverse order. */
static bool unmake(SyCgroup *group, GError **error)
{
    const SyCgroupTree *tree = group->tree;
    bool ok = true;

    /* These fail if the thread or process has ended: then there is nothing to move back. */
    if (group->dir) {
        write_id(group->outer ? group->outer : group->home, tree->v2 ? "cgroup.threads" : "tasks",
                 group->tid, NULL);
        ok = remove_dir(tree, group->dir, error);
    }
    if (group->outer) {
        write_id(group->home, "cgroup.procs", group->pid, NULL);
        ok = remove_dir(tree, group->outer, ok ? error : NULL) && ok;
    }
    /* Another steelyard may rely on it by now. */
    if (group->enabled_in && sy_cgroup_remove_stale(tree, group->enabled_in)) {
        write_file(group->enabled_in, "cgroup.subtree_control", "-cpu", NULL);
    }
    g_clear_pointer(&group->dir, g_free);
    g_clear_pointer(&group->outer, g_free);
    g_clear_pointer(&group->enabled_in, g_free);
    return ok;
}

static void group_free(SyCgroup *group)
{
    g_clear_pointer(&group->trees, g_ptr_array_unref);
    g_free(group->home);
    g_free(group->description);
    g_free(group);
}

bool sy_cgroup_end(SyCgroup *group, GError **error)
{
    bool ok = !group || unmake(group, error);

    if (group) {
        group_free(group);
    }
    return ok;
}

void sy_cgroup_free(SyCgroup *group)
{
    sy_cgroup_end(group, NULL);
}

/* ---- beginning ---- */

SyCgroup *sy_cgroup_try_in(const SyCgroupTree *tree, pid_t pid, pid_t tid, GString *failures)
{
    SyCgroup *group = g_new0(SyCgroup, 1);
    const char *parents[2] = {NULL};

    *group = (SyCgroup){.tree = tree, .pid = pid, .tid = tid};
    group->home = sy_cgroup_tree_home(tree, pid);
    parents[0] = group->home;
    parents[1] = strcmp(group->home, tree->dir) == 0 ? NULL : tree->dir;
    for (gsize i = 0; i < G_N_ELEMENTS(parents) && parents[i]; i++) {
        g_autoptr(GError) cause = NULL;

        sy_cgroup_remove_stale(tree, parents[i]);
        if (make_under(group, parents[i], &cause)) {
            group->description = g_strdup_printf("cgroup v%d %s", tree->v2 ? 2 : 1, group->dir);
            return group;
        }
        g_string_append_printf(failures, "%s%s", failures->len ? "; " : "", cause->message);
        unmake(group, NULL);
    }
    group_free(group);
    return NULL;
}

SyCgroup *sy_cgroup_try(pid_t pid, pid_t tid, GString *failures)
{
    g_autoptr(GPtrArray) trees = sy_cgroup_trees("cpu", failures);
    SyCgroup *group = NULL;

    for (guint i = 0; i < trees->len && !group; i++) {
        group = sy_cgroup_try_in(g_ptr_array_index(trees, i), pid, tid, failures);
    }
    if (group) {
        group->trees = g_steal_pointer(&trees);
    } else if (failures->len == 0) {
        g_string_append(failures, "this kernel has no control groups");
    }
    return group;
}

SyCgroup *sy_cgroup_new(pid_t pid, pid_t tid, GError **error)
{
    g_autoptr(GString) failures = g_string_new(NULL);
    SyCgroup *group = sy_cgroup_try(pid, tid, failures);

    if (!group) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "%s; " SY_CGROUP_REMEDY, failures->str);
    }
    return group;
}

/* ---- using ---- */

static int64_t round_us(int64_t ns)
{
    return (ns + SY_NS_PER_US / 2) / SY_NS_PER_US;
}

static bool set_us(const SyCgroup *group, const char *file, int64_t us, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, us);

    return write_file(group->dir, file, text, error);
}

bool sy_cgroup_limit(SyCgroup *group, int64_t quota_ns, int64_t period_ns, int64_t burst_ns,
                     GError **error)
{
    int64_t quota_us = round_us(quota_ns), period_us = round_us(period_ns);
    int64_t burst_us = round_us(burst_ns);
    const char *burst_file = group->tree->v2 ? "cpu.max.burst" : "cpu.cfs_burst_us";
    bool set;

    if (group->tree->v2) {
        g_autofree char *max =
            g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, quota_us, period_us);

        set = (!group->bursty || set_us(group, burst_file, 0, error)) &&
              write_file(group->dir, "cpu.max", max, error);
    } else {
        set = (!group->bursty || set_us(group, burst_file, 0, error)) &&
              set_us(group, "cpu.cfs_quota_us", -1, error) &&
              set_us(group, "cpu.cfs_period_us", period_us, error) &&
              set_us(group, "cpu.cfs_quota_us", quota_us, error);
    }
    /* The burst must never exceed the quota, so it is cleared first and set last. */
    set = set && (burst_us == 0 || set_us(group, burst_file, burst_us, error));
    group->bursty = set && burst_us > 0;
    if (!set) {
        g_prefix_error(error,
                       "no CPU limit of %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " us: ", quota_us,
                       period_us);
        if (error && *error) {
            g_autoptr(GError) cause = g_steal_pointer(error);

            g_set_error(
                error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                "%s; the kernel accepts quotas from 1 ms and periods of 1 ms to 1 s, and no "
                "more than the groups above have",
                cause->message);
        }
    }
    return set;
}

bool sy_cgroup_stat_parse(const char *text, SyCgroupStat *out, GError **error)
{
    enum { PERIODS, THROTTLED, TIME_US, TIME_NS, FIELDS };
    static const char *const names[FIELDS] = {"nr_periods", "nr_throttled", "throttled_usec",
                                              "throttled_time"};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    uint64_t values[FIELDS] = {0};
    bool found[FIELDS] = {false};

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, " ", 2);

        for (int i = 0; i < FIELDS && g_strv_length(parts) == 2; i++) {
            if (strcmp(parts[0], names[i]) == 0) {
                found[i] = g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXINT64 / SY_NS_PER_US,
                                                      &values[i], NULL);
            }
        }
    }
    if (!found[PERIODS] || !found[THROTTLED] || (!found[TIME_US] && !found[TIME_NS])) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "cpu.stat: no %s in \"%.80s\"",
                    !found[PERIODS]     ? names[PERIODS]
                    : !found[THROTTLED] ? names[THROTTLED]
                                        : "throttled_usec or throttled_time",
                    text);
        return false;
    }
    *out = (SyCgroupStat){
        .periods = values[PERIODS],
        .throttled = values[THROTTLED],
        .throttled_ns =
            (int64_t)(found[TIME_US] ? values[TIME_US] * SY_NS_PER_US : values[TIME_NS]),
    };
    return true;
}

bool sy_cgroup_stat(const SyCgroup *group, SyCgroupStat *out, GError **error)
{
    g_autofree char *path = g_build_filename(group->dir, "cpu.stat", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;

    if (!g_file_get_contents(path, &text, NULL, &cause)) {
        g_set_error(error, SY_ERROR, SY_ERROR_IO, "cannot read %s: %s", path, cause->message);
        return false;
    }
    return sy_cgroup_stat_parse(text, out, error);
}

const char *sy_cgroup_describe(const SyCgroup *group)
{
    return group->description;
}

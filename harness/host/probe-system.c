/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of what /proc, the control groups and PATH offer. */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "host/schedstat.h"

void sy_probe_schedstat(SyRequirementResult *result)
{
    g_autoptr(GError) error = NULL;
    SySchedstat own;

    if (sy_schedstat_read(getpid(), gettid(), &own, &error)) {
        sy_probe_met(result,
                     "/proc/PID/task/TID/schedstat counts: this thread ran %.1f ms, waited %.1f ms",
                     (double)own.run_ns / 1e6, (double)own.delay_ns / 1e6);
    } else {
        sy_probe_unmet(result, "use a kernel with CONFIG_SCHED_INFO (Debian's have it)", "%s",
                       error->message);
    }
}

void sy_probe_stress_ng(SyRequirementResult *result)
{
    static const char *const argv[] = {"stress-ng", "--version", NULL};
    const char *remedy = "install it: make deps";
    g_autofree char *path = g_find_program_in_path("stress-ng");
    g_autoptr(GError) error = NULL;
    g_autoptr(SyChild) child = NULL;

    if (!path) {
        sy_probe_unmet(result, remedy, "no stress-ng in PATH");
        return;
    }
    child = sy_child_spawn(argv, NULL, &error);
    if (!child) {
        sy_probe_unmet(result, remedy, "%s", error->message);
        return;
    }
    sy_child_wait(child, sy_now_ns() + SY_NS_PER_S);
    if (!sy_child_succeeded(child)) {
        g_autofree char *end = sy_child_describe_exit(child);

        sy_probe_unmet(result, remedy, "%s --version: %s after at most 1 s", path, end);
        return;
    }
    sy_probe_met(result, "%s runs", path);
}

/* This process' group in the hierarchy of `controller` ("" for v2), from /proc/self/cgroup; the
 * caller frees. */
static char *own_cgroup(const char *controller)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents("/proc/self/cgroup", &text, NULL, NULL)) {
        return NULL;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, ":", 3); /* id:controllers:path */
        g_auto(GStrv) names =
            parts[0] && parts[1] && parts[2] ? g_strsplit(parts[1], ",", -1) : NULL;

        if (names && (*controller ? g_strv_contains((const char *const *)names, controller)
                                  : parts[1][0] == '\0')) {
            return g_strdup(parts[2]);
        }
    }
    return NULL;
}

/*
 * Makes a group under `parent`, writes to its `file` the value a new group has anyway, and removes
 * it again. NULL if all of that works, else what did not; the caller frees.
 */
static char *try_group(const char *parent, const char *file, const char *value)
{
    g_autofree char *group = g_strdup_printf("%s/steelyard-probe-%d", parent, getpid());
    g_autofree char *path = g_build_filename(group, file, NULL);
    char *failure = NULL;
    int fd;

    if (mkdir(group, 0755) < 0) {
        return g_strdup_printf("mkdir in %s: %s", parent, g_strerror(errno));
    }
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, value, strlen(value)) < 0) {
        failure = g_strdup_printf("%s of a group in %s: %s", file, parent, g_strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    rmdir(group);
    return failure;
}

/* Tries this process' own group and the top of the hierarchy mounted at `dir`. */
static bool try_hierarchy(const char *dir, bool v2, SyRequirementResult *result, GString *failures)
{
    g_autofree char *own = own_cgroup(v2 ? "" : "cpu");
    g_autofree char *own_dir = own ? g_build_filename(dir, own, NULL) : NULL;
    const char *file = v2 ? "cpu.max" : "cpu.cfs_quota_us";
    const char *parents[] = {own_dir, own && strcmp(own, "/") != 0 ? dir : NULL};

    for (gsize i = 0; i < G_N_ELEMENTS(parents); i++) {
        g_autofree char *failure = NULL;

        if (!parents[i]) {
            continue;
        }
        failure = try_group(parents[i], file, v2 ? "max" : "-1");
        if (!failure) {
            sy_probe_met(result, "a group with %s can be made in %s", file, parents[i]);
            return true;
        }
        g_string_append_printf(failures, "%s%s", failures->len ? "; " : "", failure);
    }
    return false;
}

void sy_probe_cgroup(SyRequirementResult *result)
{
    g_autoptr(GString) failures = g_string_new(NULL);
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    struct mntent *entry;
    bool met = false;

    while (mounts && !met && (entry = getmntent(mounts))) {
        bool v2 = strcmp(entry->mnt_type, "cgroup2") == 0;

        if (v2 || (strcmp(entry->mnt_type, "cgroup") == 0 && hasmntopt(entry, "cpu"))) {
            met = try_hierarchy(entry->mnt_dir, v2, result, failures);
        }
    }
    if (mounts) {
        endmntent(mounts);
    }
    if (!met) {
        sy_probe_unmet(result,
                       "run as root, or in a delegated group: systemd-run --user --scope -p "
                       "Delegate=yes ...; or use --host lab",
                       "%s", failures->len ? failures->str : "no cgroup file system is mounted");
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own limit on the CPU time of one thread: a control group of ours with a quota and a
 * period (cpu.max of cgroup v2, cpu.cfs_quota_us of v1), as libvirt gives vCPUs. The process' other
 * threads stay free. A killed steelyard leaves an empty group at most; the next one removes it.
 */
#ifndef SY_HOST_CGROUP_H
#define SY_HOST_CGROUP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/cgroup-tree.h"

/* What the user can do where no group can be made. */
#define SY_CGROUP_REMEDY                                                                           \
    "run as root or in a delegated group (systemd-run --user --scope -p Delegate=yes ...), or "    \
    "use "                                                                                         \
    "--host lab"

typedef struct SyCgroup SyCgroup;

/* What cpu.stat counts since the group was made. */
typedef struct {
    uint64_t periods;     /* periods in which the group wanted to run */
    uint64_t throttled;   /* those in which its quota ran out */
    int64_t throttled_ns; /* time it was kept from running, without a wait that still goes on */
} SyCgroupStat;

/*
 * Puts thread `tid` of process `pid` into a new group without a limit, in whichever hierarchy has
 * the cpu controller: under the group that the process is in, or else at the top (as v2 demands,
 * the whole process then moves there until the end). Removes leftovers of dead steelyards first.
 * SY_ERROR_UNAVAILABLE says what was tried, what the kernel answered, and what to do. The caller
 * owns the result, and frees it before the process ends.
 */
SyCgroup *sy_cgroup_new(pid_t pid, pid_t tid, GError **error);

/* The same without a GError: NULL, with what was tried and answered appended to `failures`. */
SyCgroup *sy_cgroup_try(pid_t pid, pid_t tid, GString *failures);

/* The same in one tree, which must outlive the group. For tests. */
SyCgroup *sy_cgroup_try_in(const SyCgroupTree *tree, pid_t pid, pid_t tid, GString *failures);

/*
 * Limits the group to `quota_ns` of CPU time in each `period_ns`, both in whole us, to which they
 * are rounded; unused quota is carried over up to `burst_ns` (0: none, the kernel's default).
 * Takes effect at once. SY_ERROR_UNAVAILABLE with the kernel's range if it refuses: quotas from
 * 1 ms, periods of 1 ms to 1 s, no more than the groups above have.
 */
bool sy_cgroup_limit(SyCgroup *group, int64_t quota_ns, int64_t period_ns, int64_t burst_ns,
                     GError **error);

/* Reads cpu.stat. SY_ERROR_IO, or SY_ERROR_PROTOCOL if a field is missing. */
bool sy_cgroup_stat(const SyCgroup *group, SyCgroupStat *out, GError **error);

/* Reads the text of a cpu.stat of v2 or v1; SY_ERROR_PROTOCOL names the field that is missing.
 * Pure. */
bool sy_cgroup_stat_parse(const char *text, SyCgroupStat *out, GError **error);

/* "cgroup v2 /sys/fs/cgroup/steelyard-1234-1", with the folder that has the group's cpu.max or
 * cpu.cfs_quota_us; owned by the group. */
const char *sy_cgroup_describe(const SyCgroup *group);

/*
 * Moves thread and process back to where they were, removes the group, and frees `group` in any
 * case; NULL is fine. Blocks for some ms, at most 1 s. SY_ERROR_IO if the group cannot be removed;
 * the next steelyard tries again.
 */
bool sy_cgroup_end(SyCgroup *group, GError **error);

/* sy_cgroup_end() that ignores errors, for g_autoptr. */
void sy_cgroup_free(SyCgroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyCgroup, sy_cgroup_free)

#endif

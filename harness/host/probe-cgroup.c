/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/cgroup.h"
#include "host/probe.h"

/* Every kernel accepts these. */
#define TRIAL_QUOTA_NS (10 * SY_NS_PER_MS)
#define TRIAL_PERIOD_NS (100 * SY_NS_PER_MS)

/* Starts a process to limit: it does nothing, and ends with this one. */
static pid_t spawn_idler(void)
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent) {
            pause();
        }
        _exit(0);
    }
    return pid;
}

void sy_probe_cgroup(SyRequirementResult *result)
{
    g_autoptr(SyCgroup) group = NULL;
    g_autoptr(GString) failures = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    SyCgroupStat stat;
    pid_t pid = spawn_idler();

    if (pid > 0) {
        group = sy_cgroup_try(pid, pid, failures);
    }
    if (group && sy_cgroup_limit(group, TRIAL_QUOTA_NS, TRIAL_PERIOD_NS, 0, &error) &&
        sy_cgroup_stat(group, &stat, &error)) {
        sy_probe_met(result, "made a group with a CPU quota: %s", sy_cgroup_describe(group));
    } else {
        sy_probe_unmet(result, SY_CGROUP_REMEDY, "%s",
                       error           ? error->message
                       : failures->len ? failures->str
                                       : "cannot start a process to limit (fork)");
    }
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/cpulimit.h"

#include <math.h>
#include <signal.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/supervisor.h"

/* It checks for signals once per slot of 100 ms. */
#define ORDERLY_NS (1 * SY_NS_PER_S)
#define FORCED_NS (1 * SY_NS_PER_S)

struct SyCpulimit {
    SySupervisor *supervisor;
    pid_t pid; /* what it limits */
};

int sy_cpulimit_round(double share_pct)
{
    return MAX(1, (int)lround(share_pct));
}

SyCpulimit *sy_cpulimit_start(pid_t pid, int limit_pct, const char *dir, GError **error)
{
    g_autofree char *target = g_strdup_printf("--pid=%d", (int)pid);
    g_autofree char *limit = g_strdup_printf("--limit=%d", limit_pct);
    g_autofree char *log = g_build_filename(dir, "cpulimit.log", NULL);
    /* --lazy: it ends with its process instead of waiting for another one with that id. */
    const char *const argv[] = {"cpulimit", target, limit, "--lazy", NULL};
    const SyChildOptions options = {.cwd = dir, .output_path = log};
    SySupervisor *supervisor = sy_supervisor_spawn(argv, &options, error);
    SyCpulimit *cpulimit;

    if (!supervisor) {
        g_prefix_error(error, "cpulimit (`make deps` installs it): ");
        return NULL;
    }
    cpulimit = g_new0(SyCpulimit, 1);
    cpulimit->supervisor = supervisor;
    cpulimit->pid = pid;
    return cpulimit;
}

bool sy_cpulimit_alive(SyCpulimit *cpulimit)
{
    return sy_supervisor_alive(cpulimit->supervisor);
}

void sy_cpulimit_stop(SyCpulimit *cpulimit)
{
    if (!cpulimit) {
        return;
    }
    if (sy_supervisor_signal(cpulimit->supervisor, SIGTERM)) {
        sy_supervisor_wait(cpulimit->supervisor, sy_now_ns() + ORDERLY_NS);
    }
    sy_supervisor_end(cpulimit->supervisor, FORCED_NS, NULL);
    /* Only now: before its end, cpulimit could stop the process again. */
    kill(cpulimit->pid, SIGCONT);
    g_free(cpulimit);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of files in /proc and of programs. */
#include "host/probe.h"

#include <string.h>
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

/* Is argv[0] installed, and does it end as `expected` when it gets the other words? */
static void probe_program(const char *const *argv, const char *expected,
                          SyRequirementResult *result)
{
    const char *remedy = "install it: make deps";
    g_autofree char *path = g_find_program_in_path(argv[0]);
    g_autofree char *end = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(SyChild) child = NULL;

    if (!path) {
        sy_probe_unmet(result, remedy, "no %s in PATH", argv[0]);
        return;
    }
    child = sy_child_spawn(argv, NULL, &error);
    if (!child) {
        sy_probe_unmet(result, remedy, "%s", error->message);
        return;
    }
    sy_child_wait(child, sy_now_ns() + SY_NS_PER_S);
    end = sy_child_describe_exit(child);
    if (strcmp(end, expected) != 0) {
        sy_probe_unmet(result, remedy, "%s %s: %s within 1 s, not %s", path, argv[1], end,
                       expected);
        return;
    }
    sy_probe_met(result, "%s runs", path);
}

void sy_probe_cpulimit(SyRequirementResult *result)
{
    static const char *const argv[] = {"cpulimit", "--help", NULL};

    probe_program(argv, "exit status 1", result); /* for cpulimit, --help is a usage error */
}

void sy_probe_stress_ng(SyRequirementResult *result)
{
    static const char *const argv[] = {"stress-ng", "--version", NULL};

    probe_program(argv, "exit status 0", result);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/requirement.h"

#include <string.h>

#include "base/error.h"
#include "host/probe.h"

/* Sorted by name. A new one is a row here, and a probe in probe.h and its file. */
static const SyRequirement requirements[] = {
    {.name = "cgroup",
     .summary = "a control group with a CPU quota, to compare the throttle with cpu.max",
     .probe = sy_probe_cgroup,
     .lab = true},
    {.name = "cpulimit",
     .summary = "the program cpulimit, to compare the throttle with it",
     .probe = sy_probe_cpulimit,
     .lab = true},
    {.name = "ftrace",
     .summary = "kernel trace events, to compare the IRQ log with what KVM injected",
     .probe = sy_probe_ftrace,
     .lab = true},
    {.name = "kvm", .summary = "a usable /dev/kvm", .probe = sy_probe_kvm, .lab = true},
    {.name = "kvm-events",
     .summary = "KVM's trace events, by trace-cmd (ftrace) or perf (perf-kvm)",
     .probe = sy_probe_kvm_events,
     .lab = true},
    {.name = "lab",
     .summary = "a virtual lab host, for workloads that break the host they run on",
     .probe = sy_probe_lab,
     .lab = true,
     .where_only = true},
    {.name = "linux-guest",
     .summary = "a Linux guest and a KVM that boots it, for workloads that need a real guest",
     .probe = sy_probe_linux_guest,
     .lab = true},
    {.name = "perf-hw", .summary = "hardware cycle counters (PMU)", .probe = sy_probe_perf_hw},
    {.name = "perf-kvm",
     .summary = "KVM's trace events by perf, where trace-cmd is refused",
     .probe = sy_probe_perf_kvm,
     .without = "exits of mini-kvm's guests are counted by two, not three",
     .lab = true},
    {.name = "perf-sw",
     .summary = "the perf task-clock of another thread, to check the CPU share",
     .probe = sy_probe_perf_sw,
     .lab = true},
    {.name = "sched-events",
     .summary = "the scheduler's trace events, to decide where schedstat and perf disagree",
     .probe = sy_probe_sched_events,
     .without = "a case in which schedstat and perf disagree stays INCONCLUSIVE",
     .lab = true},
    {.name = "schedstat",
     .summary = "run time and run delay per thread, to measure the CPU share",
     .probe = sy_probe_schedstat,
     .lab = true},
    {.name = "stock-qemu",
     .summary = "the same QEMU without mods, to compare with",
     .probe = sy_probe_stock_qemu},
    {.name = "stress-ng",
     .summary = "the program stress-ng, which competes for the CPU",
     .probe = sy_probe_stress_ng,
     .lab = true},
    {.name = "vhost-net",
     .summary = "network packets handled in the host's kernel",
     .probe = sy_probe_vhost_net,
     .lab = true},
};

static SyRequirementResult cache[G_N_ELEMENTS(requirements)]; /* `name` is NULL until probed */

const SyRequirement *sy_requirement_all(gsize *count)
{
    *count = G_N_ELEMENTS(requirements);
    return requirements;
}

static void set_unknown(GError **error, const char *name)
{
    g_autoptr(GString) known = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(requirements); i++) {
        g_string_append_printf(known, "%s%s", i ? ", " : "", requirements[i].name);
    }
    g_set_error(error, SY_ERROR, SY_ERROR_USAGE, "unknown requirement \"%s\"; known are %s", name,
                known->str);
}

const SyRequirement *sy_requirement_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(requirements); i++) {
        if (strcmp(requirements[i].name, name) == 0) {
            return &requirements[i];
        }
    }
    return NULL;
}

const SyRequirementResult *sy_requirement_check(const char *name, GError **error)
{
    const SyRequirement *requirement = sy_requirement_find(name);
    SyRequirementResult *answer;

    if (!requirement) {
        set_unknown(error, name);
        return NULL;
    }
    answer = &cache[requirement - requirements];
    if (!answer->name) {
        requirement->probe(answer);
        answer->name = requirement->name;
    }
    return answer;
}

bool sy_requirement_check_all(const char *const *names, const SyRequirementResult **missing,
                              GError **error)
{
    if (missing) {
        *missing = NULL;
    }
    for (gsize i = 0; names[i]; i++) {
        const SyRequirementResult *result = sy_requirement_check(names[i], error);

        if (!result) {
            return false;
        }
        if (!result->met) {
            if (missing) {
                *missing = result;
            }
            g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE, "needs %s: %s; %s", result->name,
                        result->evidence, result->remedy);
            return false;
        }
    }
    return true;
}

static void forget(SyRequirementResult *answer)
{
    g_free(answer->evidence);
    g_free(answer->remedy);
    *answer = (SyRequirementResult){0};
}

void sy_requirement_set_guests_dir(const char *dir)
{
    sy_probe_guests_dir(dir);
    forget(&cache[sy_requirement_find("linux-guest") - requirements]);
}

void sy_requirement_set_stock_qemu(const char *path)
{
    sy_probe_stock_qemu_path(path);
    forget(&cache[sy_requirement_find("stock-qemu") - requirements]);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/requirement.h"

#include <string.h>

#include "base/error.h"
#include "host/probe.h"

typedef void (*Probe)(SyRequirementResult *result);

/* Two tables of one order, so that the public one can be handed out as it is. */
static const SyRequirement requirements[] = {
    {"cgroup", "a CPU cgroup of our own, to compare the throttle with cpu.max", true},
    {"cpulimit", "the program cpulimit, to compare the throttle with it", true},
    {"ftrace", "kernel trace events, to compare the IRQ log with what KVM injected", true},
    {"kvm", "a usable /dev/kvm", true},
    {"kvm-events", "KVM's trace events, by trace-cmd (ftrace) or perf (perf-kvm)", true},
    {"lab", "the inside of a virtual lab host, for workloads that break their host", true},
    {"linux-guest", "a Linux guest and a KVM it boots on, for workloads that need a real guest",
     true},
    {"perf-hw", "hardware cycle counters (PMU)", false},
    {"perf-kvm", "KVM's trace events by perf, where trace-cmd is refused", true},
    {"perf-sw", "the perf task-clock of another thread, to check the CPU share", true},
    {"schedstat", "run time and run delay per thread, to measure the CPU share", true},
    {"stock-qemu", "the same QEMU without mods, to compare with", false},
    {"stress-ng", "competitors for the CPU", true},
    {"vhost-net", "network packets handled in the host's kernel", true},
};

static const Probe probes[] = {
    sy_probe_cgroup,     sy_probe_cpulimit,  sy_probe_ftrace,      sy_probe_kvm,
    sy_probe_kvm_events, sy_probe_lab,       sy_probe_linux_guest, sy_probe_perf_hw,
    sy_probe_perf_kvm,   sy_probe_perf_sw,   sy_probe_schedstat,   sy_probe_stock_qemu,
    sy_probe_stress_ng,  sy_probe_vhost_net,
};

G_STATIC_ASSERT(G_N_ELEMENTS(requirements) == G_N_ELEMENTS(probes));

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
        probes[requirement - requirements](answer);
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

void sy_requirement_forget(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cache); i++) {
        forget(&cache[i]);
    }
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

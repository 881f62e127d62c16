/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/requirement.h"

#include <string.h>

#include "base/error.h"
#include "host/probe.h"

typedef void (*Probe)(SyRequirementResult *result);

/* Two tables of one order, so that the public one can be handed out as it is. */
static const SyRequirement requirements[] = {
    {"cgroup", "a CPU cgroup of our own, to compare the throttle with cpu.max"},
    {"ftrace", "kernel trace events, to compare the IRQ log with what KVM injected"},
    {"kvm", "a usable /dev/kvm"},
    {"linux-guest", "a Linux guest image, for workloads that need a real guest"},
    {"perf-hw", "hardware cycle counters (PMU)"},
    {"perf-sw", "the perf task-clock of another thread, to check the CPU share"},
    {"schedstat", "run time and run delay per thread, to measure the CPU share"},
    {"stress-ng", "competitors for the CPU"},
    {"vhost-net", "network packets handled in the host's kernel"},
};

static const Probe probes[] = {
    sy_probe_cgroup,      sy_probe_ftrace,    sy_probe_kvm,
    sy_probe_linux_guest, sy_probe_perf_hw,   sy_probe_perf_sw,
    sy_probe_schedstat,   sy_probe_stress_ng, sy_probe_vhost_net,
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

const SyRequirementResult *sy_requirement_check(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(requirements); i++) {
        if (strcmp(requirements[i].name, name) != 0) {
            continue;
        }
        if (!cache[i].name) {
            probes[i](&cache[i]);
            cache[i].name = requirements[i].name;
        }
        return &cache[i];
    }
    set_unknown(error, name);
    return NULL;
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

void sy_requirement_forget(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cache); i++) {
        g_free(cache[i].evidence);
        g_free(cache[i].remedy);
        cache[i] = (SyRequirementResult){0};
    }
}

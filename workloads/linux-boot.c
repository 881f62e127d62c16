/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a Linux guest takes from QEMU's start to the first line it prints in user mode. It has
 * no gate, as the time depends on the host. It proves that this host runs a real guest; and between
 * two builds in lab-exact, where time is counted in instructions, a difference is one of QEMU or
 * KVM.
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "run/case.h"
#include "vm/vm.h"

#define READY_PREFIX "linux: ready "
#define GUEST_VERSION 1 /* of the ready line */

#define APPEND "console=ttyS0 quiet panic=-1"

/* "linux: ready uptime=SECONDS kernel=RELEASE cpus=N version=1" */
static bool parse_ready(const char *line, guint vcpus, double *uptime_s, GError **error)
{
    g_autoptr(GRegex) form =
        g_regex_new("^" READY_PREFIX "uptime=([0-9]+\\.[0-9]+) kernel=(\\S+) cpus=(\\d+) "
                    "version=(\\d+)\\s*$",
                    0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_auto(GStrv) part = NULL;

    if (g_regex_match(form, line, 0, &match)) {
        part = g_match_info_fetch_all(match);
    }
    if (!part || g_ascii_strtoull(part[3], NULL, 10) != vcpus ||
        g_ascii_strtoull(part[4], NULL, 10) != GUEST_VERSION) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the guest said '%s', expected cpus=%u and version=%d; `make lab` rebuilds it",
                    line, vcpus, GUEST_VERSION);
        return false;
    }
    *uptime_s = g_ascii_strtod(part[1], NULL);
    return true;
}

static SyVm *start(const SyCase *c, GError **error)
{
    g_autofree char *kernel = g_build_filename(c->env->guests_dir, "linux", "vmlinuz", NULL);
    g_autofree char *initrd = g_build_filename(c->env->guests_dir, "linux", "initrd", NULL);
    const SyVmConfig config = {
        .qemu = c->env->qemu,
        .name = "linux",
        .vcpus = (guint)sy_case_int(c, "vcpus"),
        .memory_mib = (guint)sy_case_int(c, "memory_mib"),
        .kernel = kernel,
        .initrd = initrd,
        .append = APPEND,
        .firmware_dirs = (const char *const *)c->env->firmware,
    };

    return sy_vm_start(&config, c->dir, error);
}

static bool linux_boot_measure(SyCase *c, GError **error)
{
    int64_t limit_ns = (int64_t)sy_case_int(c, "ready_timeout_s") * SY_NS_PER_S;
    int64_t start_ns = sy_now_ns(), ready_ns;
    g_autoptr(SyVm) vm = start(c, error);
    g_autofree char *line = NULL;
    double uptime_s;

    if (!vm || !sy_vm_wait_ready(vm, READY_PREFIX, limit_ns, &line, error)) {
        return false;
    }
    ready_ns = sy_now_ns();
    if (!parse_ready(line, (guint)sy_case_int(c, "vcpus"), &uptime_s, error)) {
        return false;
    }
    sy_case_sample(c, "boot_s", (double)(ready_ns - start_ns) / SY_NS_PER_S);
    sy_case_sample(c, "guest_uptime_s", uptime_s);
    return sy_vm_stop(vm, error);
}

static const char *const linux_boot_requires[] = {"kvm", "linux-guest", NULL};

static const SyParamSpec linux_boot_params[] = {
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = 64,
     .summary = "number of vCPUs"},
    {.name = "memory_mib",
     .type = SY_PARAM_INT,
     .value = "256",
     .min = 128,
     .max = 65536,
     .summary = "guest memory in MiB"},
    {.name = "ready_timeout_s",
     .type = SY_PARAM_INT,
     .value = "120",
     .min = 1,
     .max = 3600,
     .summary = "seconds that the guest may take to boot"},
    {0},
};

static const SyMetricSpec linux_boot_metrics[] = {
    {.name = "boot_s",
     .unit = "s",
     .better = SY_BETTER_LOWER,
     .summary = "time from QEMU's start to the guest's ready line, by the host's clock"},
    {.name = "guest_uptime_s",
     .unit = "s",
     .better = SY_BETTER_LOWER,
     .summary = "uptime that the guest reports in that line"},
    {0},
};

const SyWorkload sy_workload_linux_boot = {
    .version = SY_WORKLOAD_VERSION,
    .name = "linux.boot",
    .summary = "how long a Linux guest takes to boot",
    .groups = "guest",
    .requires = linux_boot_requires,
    .params = linux_boot_params,
    .metrics = linux_boot_metrics,
    .measure = linux_boot_measure,
};

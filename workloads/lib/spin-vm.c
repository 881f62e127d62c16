/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/lib/spin-vm.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpulist.h"
#include "base/error.h"
#include "guests/spin/layout.h"
#include "workloads/lib/quick-boot.h"

#define READY_PREFIX "spin: ready "

/* Pins every existing thread of QEMU; later ones inherit it. */
static bool pin(const SpinVm *spin, const char *cpus, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)sy_vm_pid(spin->vm));
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name;
    cpu_set_t set;

    if (!dir || !sy_cpulist_parse(cpus, &set, error)) {
        return false;
    }
    while ((name = g_dir_read_name(dir))) {
        if (sched_setaffinity((pid_t)g_ascii_strtoll(name, NULL, 10), sizeof(set), &set) < 0 &&
            errno != ESRCH) {
            sy_cpulist_set_refused(error, errno, "QEMU", cpus);
            return false;
        }
    }
    return true;
}

static bool parse_ready(SpinVm *spin, const char *line, guint vcpus, GError **error)
{
    g_autoptr(GRegex) form = g_regex_new(
        "^" READY_PREFIX "vcpus=(\\d+) area=0x([0-9a-f]{16}) version=(\\d+)$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_auto(GStrv) part = NULL;

    if (g_regex_match(form, line, 0, &match)) {
        part = g_match_info_fetch_all(match);
    }
    if (!part || g_ascii_strtoull(part[1], NULL, 10) != vcpus ||
        g_ascii_strtoull(part[3], NULL, 10) != SPIN_VERSION) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_PROTOCOL,
            "the guest said '%s', expected vcpus=%u and version=%u; `make guests` rebuilds it",
            line, vcpus, SPIN_VERSION);
        return false;
    }
    spin->area_base = g_ascii_strtoull(part[2], NULL, 16);
    return true;
}

bool spin_vm_start(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus, GError **error)
{
    return spin_vm_start_with(spin, c, vcpus, cpus, &(SpinVmOptions){0}, error);
}

bool spin_vm_start_with(SpinVm *spin, const SyCase *c, guint vcpus, const char *cpus,
                        const SpinVmOptions *options, GError **error)
{
    g_autofree char *dir = g_build_filename(c->dir, options->dir, NULL);
    g_autofree char *flip = options->flip ? g_strdup_printf(" flip=%x", options->flip) : NULL;
    g_autofree char *gap = options->gap ? g_strdup_printf(" gap=%x", options->gap) : NULL;
    g_autofree char *append = options->out_port ? g_strdup_printf("out=%x%s%s", options->out_port,
                                                                  flip ? flip : "", gap ? gap : "")
                                                : NULL;
    g_autofree char *kernel = g_build_filename(c->env->guests_dir, "spin.elf", NULL);
    g_autofree char *line = NULL;
    int64_t timeout_ns = (int64_t)sy_case_int(c, SPIN_VM_READY_PARAM) * SY_NS_PER_S;
    const SyVmConfig config = {
        .qemu = options->qemu ? options->qemu : c->env->qemu,
        .name = "spin",
        .accel = options->accel,
        .vcpus = vcpus,
        .kernel = kernel,
        .append = append,
        .firmware_dirs = (const char *const *)c->env->firmware,
        .extra_args = quick_boot_args(c->env),
        .trace_events = spin->trace_events,
    };

    if (!g_file_test(kernel, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no guest at %s; `make guests` builds it", kernel);
        return false;
    }
    spin->vm = sy_vm_start(&config, dir, error);
    if (!spin->vm || (cpus && !pin(spin, cpus, error)) ||
        !sy_vm_wait_ready(spin->vm, READY_PREFIX, timeout_ns, &line, error) ||
        !parse_ready(spin, line, vcpus, error)) {
        return false;
    }
    spin->vcpus = sy_vm_vcpu_tids(spin->vm, error);
    return spin->vcpus != NULL;
}

bool spin_vm_counts(SpinVm *spin, uint64_t *counts, GError **error)
{
    struct spin_area area;

    if (!sy_vm_read_memory(spin->vm, spin->area_base, sizeof(area), &area, error)) {
        return false;
    }
    if (area.magic != SPIN_MAGIC || area.cpus != spin->vcpus->len) {
        g_set_error(
            error, SY_ERROR, SY_ERROR_PROTOCOL,
            "the guest `spin` has no counters at guest-physical address 0x%" G_GINT64_MODIFIER
            "x: the magic number there is 0x%" G_GINT64_MODIFIER "x",
            spin->area_base, area.magic);
        return false;
    }
    for (guint i = 0; i < spin->vcpus->len; i++) {
        counts[i] = area.cpu[i].count;
    }
    return true;
}

bool spin_vm_explain(SpinVm *spin, GError **error)
{
    GError *story = NULL;

    if (g_error_matches(*error, SY_ERROR, SY_ERROR_DIED) && !sy_vm_check(spin->vm, &story)) {
        g_clear_error(error);
        g_propagate_error(error, story);
    }
    return false;
}

void spin_vm_stop(SpinVm *spin)
{
    g_clear_pointer(&spin->vcpus, g_array_unref);
    sy_vm_stop(spin->vm, NULL);
    g_clear_pointer(&spin->vm, sy_vm_free);
}

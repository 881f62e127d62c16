/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory does a VMM take while its guest runs, and the kernel for its VM? docs/METHOD.md
 * explains the metrics.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "run/case.h"
#include "workloads/minikvm/memory-group.h"
#include "workloads/minikvm/starter.h"

#define READER_LIMIT_NS (60 * SY_NS_PER_S)

typedef struct {
    StarterVmm vmm;
    guint vcpus;
    Starter *starter;
    char *missing; /* why there is nothing to measure; NULL: there is */
} Memory;

static bool memory_setup(SyCase *c, GError **error)
{
    Memory *m = g_new0(Memory, 1);

    c->state = m;
    m->vmm = starter_vmm(sy_case_text(c, "vmm"));
    m->vcpus = (guint)sy_case_int(c, "vcpus");
    m->starter = starter_new(c, error);
    if (!m->starter) {
        return false;
    }
    m->missing = starter_missing(m->starter, m->vmm);
    return true;
}

/* The field `name` of a file in /proc/PID, in kB. */
static bool proc_kb(pid_t pid, const char *file, const char *name, double *kb, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, file);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, error)) {
        return false;
    }
    at = strstr(text, name);
    if (!at) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL, "%s has no %s", path, name);
        return false;
    }
    *kb = (double)g_ascii_strtoull(at + strlen(name), NULL, 10);
    return true;
}

/* Joins the group whose cgroup.procs follows, and executes the rest. */
#define JOIN "sh", "-c", "echo 0 >\"$0\" && exec \"$@\""

/* Waits until a process reads the FIFO `path`; the descriptor for writing, or -1. */
static int wait_for_reader(const char *path, GError **error)
{
    int64_t deadline_ns = sy_now_ns() + READER_LIMIT_NS;
    int fd;

    while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
        if (sy_now_ns() > deadline_ns) {
            g_set_error(error, SY_ERROR, SY_ERROR_TIMEOUT, "mini-kvm does not read its image %s",
                        path);
            return -1;
        }
        if (!sy_sleep_until_ns(sy_now_ns() + SY_NS_PER_MS, error)) {
            return -1;
        }
    }
    return fd;
}

/* A mini-kvm in the group that has no VM yet, because it waits for its image. `fd` keeps it waiting
 * until it is closed. */
static SyChild *start_without_vm(const SyCase *c, const MemoryGroup *group, int *fd, GError **error)
{
    g_autofree char *fifo = g_build_filename(c->dir, "image.fifo", NULL);
    const char *argv[] = {JOIN, memory_group_procs(group), c->env->mini_kvm, fifo, NULL};
    g_autoptr(SyChild) child = NULL;

    unlink(fifo);
    if (mkfifo(fifo, 0600) != 0) {
        sy_error_set_io(error, errno, "cannot make the FIFO", fifo);
        return NULL;
    }
    child = sy_child_spawn(argv, NULL, error);
    *fd = child ? wait_for_reader(fifo, error) : -1;
    return *fd >= 0 ? g_steal_pointer(&child) : NULL;
}

/* What /proc tells of the VMM. */
static bool sample_process(SyCase *c, pid_t pid, GError **error)
{
    double scale = sy_faults_scale(c->env->faults, "vmm-memory");
    double rss_kb, pss_kb;

    if (!proc_kb(pid, "status", "\nVmHWM:", &rss_kb, error) ||
        !proc_kb(pid, "smaps_rollup", "\nPss:", &pss_kb, error)) {
        return false;
    }
    sy_case_sample(c, "rss_kb", rss_kb * scale);
    sy_case_sample(c, "pss_kb", pss_kb * scale);
    return true;
}

/* The VMM without a group. */
static bool measure_process(SyCase *c, const Memory *m, GError **error)
{
    double us;
    g_autoptr(SyChild) child = starter_start(m->starter, m->vmm, m->vcpus, &us, error);

    return child && sample_process(c, sy_child_pid(child), error);
}

/* What the kernel counts in both groups, once it does. */
static bool sample_kernel(SyCase *c, const Memory *m, const MemoryGroup *group,
                          const MemoryGroup *without_vm, GError **error)
{
    double bytes, without;

    if (!sy_sleep_until_ns(sy_now_ns() + memory_group_delay_ns(group), error) ||
        !memory_group_kernel_bytes(group, &bytes, error) ||
        !memory_group_kernel_bytes(without_vm, &without, error)) {
        return false;
    }
    sy_case_sample(c, "kernel_kb", bytes / 1024);
    if (m->vmm == STARTER_MINI_KVM) {
        sy_case_sample(c, "vm_kernel_kb", (bytes - without) / 1024);
    } else {
        sy_case_na(c, "vm_kernel_kb", "n/a: only mini-kvm waits before it makes its VM");
    }
    return true;
}

/* The VMM in a group, and a mini-kvm without a VM in another. */
static bool measure_in_groups(SyCase *c, const Memory *m, const MemoryGroup *group,
                              const MemoryGroup *other, GError **error)
{
    const char *prefix[] = {JOIN, memory_group_procs(group), NULL};
    g_autoptr(SyChild) child = NULL, without_vm = NULL;
    double us;
    int fd = -1;
    bool good;

    child = starter_start_by(m->starter, prefix, m->vmm, m->vcpus, &us, error);
    without_vm = child ? start_without_vm(c, other, &fd, error) : NULL;
    good = without_vm && sample_process(c, sy_child_pid(child), error) &&
           sample_kernel(c, m, group, other, error);
    if (fd >= 0) {
        close(fd);
    }
    return good;
}

static bool memory_measure(SyCase *c, GError **error)
{
    static const char *const all[] = {"rss_kb", "pss_kb", "kernel_kb", "vm_kernel_kb", NULL};
    const Memory *m = c->state;
    g_autoptr(GString) failures = g_string_new(NULL);
    g_autoptr(MemoryGroup) group = NULL, other = NULL;

    if (m->missing) {
        sy_case_na_all(c, all, m->missing);
        return true;
    }
    group = memory_group_new(failures);
    other = group ? memory_group_new(failures) : NULL;
    if (!other) {
        g_autofree char *why = g_strdup_printf("n/a: no memory control group: %s", failures->str);

        sy_case_na_all(c, all + 2, why);
        return measure_process(c, m, error);
    }
    return measure_in_groups(c, m, group, other, error);
}

static void memory_teardown(SyCase *c)
{
    Memory *m = c->state;

    if (m) {
        starter_free(m->starter);
        g_free(m->missing);
        g_free(m);
    }
}

static const SyParamSpec memory_params[] = {
    STARTER_PARAM_VMM,
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = 8,
     .key = true,
     .summary = "vCPUs of the VM"},
    {0},
};

static const SyMetricSpec memory_metrics[] = {
    {.name = "rss_kb",
     .unit = "kB",
     .better = SY_BETTER_LOWER,
     .summary = "the most that the VMM's process has had resident (VmHWM)"},
    {.name = "pss_kb",
     .unit = "kB",
     .better = SY_BETTER_LOWER,
     .summary = "what it has resident, pages that it shares with others divided among them"},
    {.name = "kernel_kb",
     .unit = "kB",
     .better = SY_BETTER_LOWER,
     .summary = "the kernel's own memory for it: its VM, stacks, page tables, files"},
    {.name = "vm_kernel_kb",
     .unit = "kB",
     .better = SY_BETTER_LOWER,
     .summary = "how much of that comes with the VM: less that of a mini-kvm without one"},
    {0},
};

const SyWorkload sy_workload_minikvm_memory = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.memory",
    .summary = "how much memory mini-kvm and QEMU take, and the kernel for their VM",
    .groups = "minikvm",
    .faults = (const char *const[]){"vmm-memory", NULL},
    .requires = (const char *const[]){"kvm", NULL},
    .params = memory_params,
    .metrics = memory_metrics,
    .setup = memory_setup,
    .measure = memory_measure,
    .teardown = memory_teardown,
};

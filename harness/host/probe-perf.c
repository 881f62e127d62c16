/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes of perf events, as observe/perf uses them. */
#include "host/probe.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static int perf_open(struct perf_event_attr *attr, pid_t tid, int cpu)
{
    attr->size = sizeof(*attr);
    return (int)syscall(SYS_perf_event_open, attr, tid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static void explain(int errno_value, const char *what, SyRequirementResult *result)
{
    g_autofree char *paranoid = NULL;
    const char *remedy;

    if (errno_value == EACCES || errno_value == EPERM) {
        remedy = "as root: sysctl -w kernel.perf_event_paranoid=1, or run with CAP_PERFMON";
    } else if (errno_value == ENOSYS) {
        remedy = "use a kernel with CONFIG_PERF_EVENTS; in a container, allow perf_event_open";
    } else {
        remedy = "use a machine with a PMU, or a hypervisor that gives its guests one";
    }
    if (g_file_get_contents("/proc/sys/kernel/perf_event_paranoid", &paranoid, NULL, NULL)) {
        g_strchomp(paranoid);
    }
    sy_probe_unmet(result, remedy, "perf_event_open(%s): %s; kernel.perf_event_paranoid is %s",
                   what, g_strerror(errno_value), paranoid ? paranoid : "unknown");
}

/* Tries it on a child, because QEMU too will be another process of the same user. */
void sy_probe_perf_sw(SyRequirementResult *result)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_TASK_CLOCK,
        .exclude_kernel = 1, /* it counts kernel time all the same */
        .exclude_hv = 1,
    };
    pid_t parent = getpid(), child = fork();
    uint64_t value;
    int fd;

    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (getppid() == parent) {
            pause();
        }
        _exit(0);
    }
    if (child < 0) {
        sy_probe_unmet(result, "raise ulimit -u", "cannot start a process to observe (fork): %s",
                       g_strerror(errno));
        return;
    }
    fd = perf_open(&attr, child, -1);
    if (fd < 0) {
        explain(errno, "task-clock of another process", result);
    } else if (read(fd, &value, sizeof(value)) != (ssize_t)sizeof(value)) {
        sy_probe_unmet(result, "use another kernel: perf is broken in this one",
                       "task-clock of another process opens, but cannot be read: %s",
                       g_strerror(errno));
    } else {
        sy_probe_met(result, "perf_event_open(task-clock of another process) works");
    }
    if (fd >= 0) {
        close(fd);
    }
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

/* Some virtual machines let the counter be opened but never count, so this makes it count. */
void sy_probe_perf_hw(SyRequirementResult *result)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .config = PERF_COUNT_HW_CPU_CYCLES,
        .exclude_guest = 1,
    };
    int64_t until_ns = sy_now_ns() + 2 * SY_NS_PER_MS;
    int fd = perf_open(&attr, 0, -1);
    uint64_t value = 0;

    if (fd < 0) {
        explain(errno, "cycles", result);
        return;
    }
    while (sy_now_ns() < until_ns) {
    }
    if (read(fd, &value, sizeof(value)) != (ssize_t)sizeof(value) || value == 0) {
        sy_probe_unmet(result,
                       "use a machine with a PMU, or a hypervisor that gives its guests one",
                       "perf_event_open(cycles) works, but the counter stays 0");
    } else {
        sy_probe_met(result, "perf_event_open(cycles) counted %" G_GUINT64_FORMAT " in 2 ms",
                     value);
    }
    close(fd);
}

/* Reads it from tracefs, or from tracefs inside debugfs. */
static bool read_tracepoint_id(uint64_t *id)
{
    static const char *const paths[] = {
        "/sys/kernel/tracing/events/kvm/kvm_set_irq/id",
        "/sys/kernel/debug/tracing/events/kvm/kvm_set_irq/id",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *text = NULL;

        if (g_file_get_contents(paths[i], &text, NULL, NULL)) {
            *id = g_ascii_strtoull(text, NULL, 10);
            return *id > 0;
        }
    }
    return false;
}

void sy_probe_perf_kvm(SyRequirementResult *result)
{
    g_autofree char *program = g_find_program_in_path("perf");
    struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .sample_period = 1};
    uint64_t id;
    int fd;

    if (!program) {
        sy_probe_unmet(result, "install it: make deps", "no perf in PATH");
        return;
    }
    if (!read_tracepoint_id(&id)) {
        sy_probe_unmet(result,
                       "as root, mount -t tracefs tracefs /sys/kernel/tracing and load kvm, or use "
                       "--host lab",
                       "cannot read events/kvm/kvm_set_irq/id in tracefs");
        return;
    }
    attr.config = id;
    fd = perf_open(&attr, -1, 0);
    if (fd < 0) {
        explain(errno, "kvm:kvm_set_irq on CPU 0", result);
        return;
    }
    sy_probe_met(result, "%s, perf_event_open(kvm:kvm_set_irq on CPU 0) works", program);
    close(fd);
}

void sy_probe_kvm_events(SyRequirementResult *result)
{
    SyRequirementResult ftrace = {0}, perf = {0};

    sy_probe_ftrace(&ftrace);
    sy_probe_perf_kvm(&perf);
    if (ftrace.met || perf.met) {
        sy_probe_met(result, "%s", ftrace.met ? ftrace.evidence : perf.evidence);
    } else {
        sy_probe_unmet(result, ftrace.remedy, "neither works: trace-cmd (%s), perf (%s)",
                       ftrace.evidence, perf.evidence);
    }
    g_free(ftrace.evidence);
    g_free(ftrace.remedy);
    g_free(perf.evidence);
    g_free(perf.remedy);
}

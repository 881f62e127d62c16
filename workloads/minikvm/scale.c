/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well do several vCPUs, in one VM or in several, work at once? Each has the same to do; in
 * rounds, one works alone and then all do, in an order that a coin decides. docs/METHOD.md explains
 * the metrics.
 */
#include <math.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/tsc.h"
#include "host/schedstat.h"
#include "run/case.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/minikvm/exit-vm.h"
#include "workloads/minikvm/scale-rounds.h"

#define MEMORY_MIB 4
#define MAX_VCPUS 8
#define MAX_VMS 64

/* Exits between two looks at the clock. */
#define COUNT 20

typedef struct {
    ExitVm one; /* works alone */
    guint vms;
    ExitVm vm[MAX_VMS];
    guint vcpus;          /* of each */
    const ExitKind *kind; /* NULL: computing */
    guint tsc_khz;
    int64_t window_ns;
    double done; /* exits to mini-kvm so far */
    ScaleRounds rounds;
} Scale;

static guint host_cpus(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? (guint)CPU_COUNT(&set) : 1;
}

static bool scale_setup(SyCase *c, GError **error)
{
    Scale *s = g_new0(Scale, 1);
    guint cpus = host_cpus(), all;

    (void)error;
    c->state = s;
    s->vms = (guint)sy_case_int(c, "vms");
    s->vcpus = (guint)sy_case_int(c, "vcpus");
    s->kind = exit_kind_find(sy_case_text(c, "kind"));
    s->tsc_khz = sy_tsc_khz();
    s->window_ns = llround(sy_case_number(c, "window_ms") * SY_NS_PER_MS);
    all = s->vms * s->vcpus;
    s->rounds.n = (guint)sy_case_int(c, "rounds");
    s->rounds.vcpus = all;
    s->rounds.crowded = all > cpus;
    if (all > cpus) {
        g_autofree char *why =
            g_strdup_printf("%u vCPUs are more than the %u CPUs of this host", all, cpus);

        sy_case_ungated(c, "efficiency_pct", why);
    }
    if (!s->kind) {
        sy_case_na(c, "exits_per_s", "n/a: with kind=compute nothing exits");
    }
    return true;
}

/* ------------------------------------------------------------------------------------------ VMs */

static bool start_vm(Scale *s, SyCase *c, ExitVm *vm, const char *dir, guint vcpus, GError **error)
{
    const ExitVmOptions options = {
        .vmm = EXIT_VMM_MINI_KVM, .dir = dir, .memory_mib = MEMORY_MIB, .vcpus = vcpus};
    guint64 ticks = (guint64)((double)s->window_ns * s->tsc_khz / 1e6);

    return exit_vm_start(vm, c, &options, error) &&
           exit_vm_set(vm, sy_case_text(c, "kind"), COUNT, 0, ticks, error);
}

static bool start_all(Scale *s, SyCase *c, GError **error)
{
    s->done = 0;
    if (!start_vm(s, c, &s->one, "alone", 1, error)) {
        return false;
    }
    for (guint i = 0; i < s->vms; i++) {
        g_autofree char *dir = g_strdup_printf("vm%u", i);

        if (!start_vm(s, c, &s->vm[i], dir, s->vcpus, error)) {
            return false;
        }
    }
    return true;
}

static void stop_all(Scale *s)
{
    exit_vm_stop(&s->one);
    for (guint i = 0; i < s->vms; i++) {
        exit_vm_stop(&s->vm[i]);
    }
}

/* --------------------------------------------------------------------------------------- phases */

/* How long a VM's threads have waited for a CPU so far. */
static bool waited_ns(const ExitVm *vm, int64_t *sum, GError **error)
{
    pid_t pid = sy_child_pid(vm->child);
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        SySchedstat stat;

        if (!sy_schedstat_read(pid, (pid_t)g_ascii_strtoll(name, NULL, 10), &stat, error)) {
            return false;
        }
        *sum += (int64_t)stat.delay_ns;
    }
    return dir != NULL;
}

static bool all_waited_ns(const ExitVm *vms, guint n, int64_t *sum, GError **error)
{
    *sum = 0;
    for (guint i = 0; i < n; i++) {
        if (!waited_ns(&vms[i], sum, error)) {
            return false;
        }
    }
    return true;
}

/*
 * The answers of one VM, one of each vCPU. If a vCPU waits for its turn for the whole window,
 * another one may be done by then and take it, too: *each is false, as not all worked at once.
 */
static bool take_answers(Scale *s, ExitVm *vm, int64_t begin_ns, ScalePhase *out, bool *each,
                         GError **error)
{
    guint64 seen = 0;

    for (guint i = 0; i < vm->vcpus; i++) {
        ExitAnswer answer;

        if (!exit_vm_answer(vm, &answer, error) ||
            !exit_answer_check(&answer, sy_now_ns() - begin_ns, s->tsc_khz, error)) {
            return false;
        }
        *each = *each && answer.vcpu < vm->vcpus && !(seen >> answer.vcpu & 1);
        seen |= UINT64_C(1) << answer.vcpu % MAX_VCPUS;
        out->per_s += (double)answer.count * s->tsc_khz * 1e3 / (double)answer.ticks;
        s->done += s->kind ? (double)answer.count * s->kind->vmm_exits : 0;
    }
    return true;
}

static bool phase(Scale *s, ExitVm *vms, guint n, ScalePhase *out, GError **error)
{
    int64_t begin_ns = sy_now_ns(), before_ns, after_ns;
    bool each = true;

    *out = (ScalePhase){0};
    if (!all_waited_ns(vms, n, &before_ns, error)) {
        return false;
    }
    for (guint i = 0; i < n; i++) {
        if (!exit_vm_go(&vms[i], error)) {
            return false;
        }
    }
    for (guint i = 0; i < n; i++) {
        if (!take_answers(s, &vms[i], begin_ns, out, &each, error)) {
            return false;
        }
    }
    if (!all_waited_ns(vms, n, &after_ns, error)) {
        return false;
    }
    out->waited = (double)(after_ns - before_ns) / ((double)s->window_ns * n * vms[0].vcpus);
    out->per_s = each ? out->per_s : 0;
    return true;
}

static bool take_rounds(Scale *s, const SyCase *c, GError **error)
{
    bool alone_first[ROUNDS_MAX];

    sy_paired_orders(alone_first, s->rounds.n, c->repetition);
    for (guint i = 0; i < s->rounds.n; i++) {
        ScalePhase *alone = &s->rounds.alone[i], *together = &s->rounds.together[i];

        sy_case_alive(c);
        if ((alone_first[i] && !phase(s, &s->one, 1, alone, error)) ||
            !phase(s, s->vm, s->vms, together, error) ||
            (!alone_first[i] && !phase(s, &s->one, 1, alone, error))) {
            return false;
        }
    }
    return true;
}

/* --------------------------------------------------------------------------------------- result */

/* mini-kvm's count of the exits that the guests say they made. */
static bool count_exits(SyCase *c, Scale *s, GError **error)
{
    double counted = 0, expected = s->done;

    for (guint i = 0; i <= s->vms; i++) {
        guint64 exits, for_console;

        if (!exit_vm_end(i < s->vms ? &s->vm[i] : &s->one, &exits, &for_console, error)) {
            return false;
        }
        counted += (double)exits;
        expected += (double)for_console;
    }
    sy_case_sample(c, "exits_off", fabs(counted - expected));
    if (counted != expected) {
        sy_case_evidence(c, "mini-kvm counted %.0f exits instead of %.0f", counted, expected);
    }
    return true;
}

static void take_samples(SyCase *c, const Scale *s)
{
    ScaleResult result = scale_result(&s->rounds);
    double limit_pct = sy_case_limit(c, "efficiency_pct");

    if (!isfinite(result.efficiency_pct)) {
        sy_case_inconclusive(c,
                             "this host is too busy: only %u of %u rounds count; in the others the "
                             "vCPUs waited for a CPU for more than %.0f %% of the time, or one of "
                             "them for all of it",
                             result.counted, s->rounds.n, 100 * SCALE_WAITED_MAX);
        return;
    }
    if (scale_is_open(&result, limit_pct)) {
        sy_case_inconclusive(c,
                             "this host is too noisy: over %u rounds the 95 %% interval of the "
                             "efficiency is %.1f to %.1f %%, with the gate in it",
                             result.counted, result.interval[0], result.interval[1]);
    }
    sy_case_sample(c, "efficiency_pct", result.efficiency_pct);
    sy_case_sample(c, "efficiency_ci_low", result.interval[0]);
    sy_case_sample(c, "efficiency_ci_high", result.interval[1]);
    if (s->kind) {
        sy_case_sample(c, "exits_per_s", result.together_per_s);
    }
    sy_case_sample(c, "one_per_s", result.alone_per_s);
    sy_case_sample(c, "waited_pct", result.waited_pct);
}

static bool scale_measure(SyCase *c, GError **error)
{
    Scale *s = c->state;
    bool good = start_all(s, c, error) && take_rounds(s, c, error) && count_exits(c, s, error);

    if (good) {
        take_samples(c, s);
    }
    stop_all(s);
    return good;
}

static void scale_teardown(SyCase *c)
{
    Scale *s = c->state;

    if (s) {
        stop_all(s);
        g_free(s);
    }
}

static const SyParamSpec scale_params[] = {
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = MAX_VCPUS,
     .key = true,
     .summary = "vCPUs of each VM"},
    {.name = "vms",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = MAX_VMS,
     .key = true,
     .summary = "VMs, each a mini-kvm"},
    {.name = "kind",
     .type = SY_PARAM_STRING,
     .value = "out8",
     .choices = "out8,in8,mmio_write,mmio_read,cpuid,compute",
     .key = true,
     .summary = "what each vCPU does: exits of a kind of minikvm.exits, or computing"},
    {.name = "window_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "100",
     .min = 5,
     .max = 60000,
     .summary = "length of a phase; a round has two"},
    {.name = "rounds",
     .type = SY_PARAM_INT,
     .value = "12",
     .min = ROUNDS_MIN,
     .max = ROUNDS_MAX,
     .summary = "rounds of two phases, one vCPU alone and all together, in an order that a coin "
                "decides"},
    SPIN_VM_PARAM_READY,
    {0},
};

static const SyMetricSpec scale_metrics[] = {
    {.name = "efficiency_pct",
     .unit = "%",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "what all vCPUs do together, of so many times as much as one does alone, in turns"},
    {.name = "exits_off",
     .unit = "exits",
     .better = SY_BETTER_LOWER,
     .gate = 0.5,
     .summary = "by how much mini-kvm counts other exits than the guests say they made"},
    {.name = "exits_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "exits per second of all vCPUs together"},
    {.name = "one_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "exits per second of one vCPU alone; kind=compute: 10,000 iterations of a loop"},
    {.name = "efficiency_ci_low",
     .unit = "%",
     .better = SY_BETTER_HIGHER,
     .summary = "lower end of the 95 % interval of efficiency_pct, over the rounds"},
    {.name = "efficiency_ci_high",
     .unit = "%",
     .better = SY_BETTER_HIGHER,
     .summary = "upper end of that interval"},
    {.name = "waited_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "the part of the time in which the vCPUs together were ready, and had no CPU"},
    {0},
};

const SyWorkload sy_workload_minikvm_scale = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.scale",
    .summary = "how well several vCPUs and VMs work at once in mini-kvm",
    .groups = "minikvm",
    .requires = (const char *const[]){"kvm", "schedstat", NULL},
    .params = scale_params,
    .metrics = scale_metrics,
    .setup = scale_setup,
    .measure = scale_measure,
    .teardown = scale_teardown,
};

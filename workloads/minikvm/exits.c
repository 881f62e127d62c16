/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does an exit of each kind cost, in mini-kvm and in QEMU? The guest reads the TSC around
 * batches of exits; the two VMMs have their turns in rounds, in an order that a coin decides.
 * docs/METHOD.md explains the metrics.
 */
#include <math.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/tsc.h"
#include "host/requirement.h"
#include "run/case.h"
#include "stats/paired.h"
#include "stats/sample.h"
#include "workloads/lib/rounds.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/minikvm/exit-vm.h"

#define MEMORY_MIB 32
/* For kinds that use memory up: 60,000 pages. */
#define FRESH_MEMORY_MIB 256

/* The first batches, from which the size of the others follows. */
#define TRIAL_COUNT 16
#define TRIAL_BATCHES 5
#define MAX_COUNT 1000000

/* What is compared with the VMM under test, and of what kind. */
typedef struct {
    ExitVm vm;
    const ExitKind *kind;
    guint64 count;   /* instructions in a batch */
    double expected; /* exits to mini-kvm so far */
} Side;

typedef struct {
    const ExitKind *kind;
    const char *unfit;
    bool irqchip;
    guint rounds, batches;
    guint tsc_khz;
    double fault; /* exits for one that is counted */
    Side side;    /* the VMM under test */
    Side other;   /* mini-kvm, or nothing */
} Exits;

static const char *const all_metrics[] = {
    "ns_per_exit",     "ns_ci_low",       "ns_ci_high",  "exits_per_s", "of_qemu",
    "of_qemu_ci_low",  "of_qemu_ci_high", "mini_kvm_ns", "of_out8",     "of_out8_ci_low",
    "of_out8_ci_high", "exits_off",       NULL};
static const char *const qemu_metrics[] = {"of_qemu", "of_qemu_ci_low", "of_qemu_ci_high",
                                           "mini_kvm_ns", NULL};
static const char *const out8_metrics[] = {"of_out8", "of_out8_ci_low", "of_out8_ci_high", NULL};

static bool is_mini(const SyCase *c)
{
    return strcmp(sy_case_text(c, "vmm"), EXIT_VMM_MINI_KVM) == 0;
}

static bool is_hypercall(const Exits *e)
{
    return strcmp(e->kind->name, "hypercall") == 0;
}

static bool exits_setup(SyCase *c, GError **error)
{
    Exits *e = g_new0(Exits, 1);

    (void)error;
    c->state = e;
    e->kind = exit_kind_find(sy_case_text(c, "kind"));
    e->irqchip = strcmp(sy_case_text(c, "irqchip"), "on") == 0;
    e->unfit = exit_kind_unfit(e->kind, sy_case_text(c, "vmm"), e->irqchip);
    e->rounds = (guint)sy_case_int(c, "rounds");
    e->batches = (guint)sy_case_int(c, "batches");
    e->tsc_khz = sy_tsc_khz();
    e->fault = sy_faults_scale(c->env->faults, "exit-count");
    if (e->unfit) {
        sy_case_na_all(c, all_metrics, e->unfit);
        return true;
    }
    if (e->kind->vmm_exits == 0 && sy_requirement_check("lab", NULL)->met) {
        sy_case_ungated(
            c, "of_qemu",
            "KVM answers this kind, and on an emulated host its time is no processor's");
    }
    if (is_mini(c)) {
        sy_case_na_all(c, qemu_metrics, "n/a: measured with QEMU as vmm");
    }
    if (!is_mini(c) || !is_hypercall(e)) {
        sy_case_na_all(c, out8_metrics, "n/a: measured with vmm=mini-kvm kind=hypercall");
    }
    return true;
}

/* ---------------------------------------------------------------------------------------- sides */

static bool has_mini(const Side *side)
{
    return side->vm.child != NULL;
}

/* The VM does its batches once. With --fault exit-count mini-kvm's guest makes more exits than are
 * counted. */
static bool do_batches(Exits *e, Side *side, guint64 count, guint batches, ExitAnswer *answer,
                       GError **error)
{
    guint64 done = has_mini(side) ? (guint64)llround((double)count * e->fault) : count;

    side->expected += (double)(count * batches) * side->kind->vmm_exits;
    return exit_vm_set(&side->vm, side->kind->name, MAX(done, 1), batches, 0, error) &&
           exit_vm_go_alone(&side->vm, e->tsc_khz, answer, error);
}

/* A batch is as long as the parameter says; one that uses memory up has its part of it. */
static bool size_batches(Exits *e, Side *side, double batch_us, GError **error)
{
    ExitAnswer answer;
    ExitCost cost;
    double count, room = FRESH_MEMORY_MIB * 1024.0 / 4 * 0.8 / (e->rounds * e->batches);

    if (!do_batches(e, side, TRIAL_COUNT, TRIAL_BATCHES, &answer, error)) {
        return false;
    }
    cost = exit_answer_cost(&answer, TRIAL_COUNT, 1, e->tsc_khz);
    count = batch_us * SY_NS_PER_US / cost.gross_ns;
    if (side->kind->touches_memory) {
        count = fmin(count, room);
    }
    side->count = (guint64)CLAMP(count, 1, MAX_COUNT);
    return true;
}

static bool start_side(Exits *e, SyCase *c, Side *side, const char *vmm, const char *dir,
                       GError **error)
{
    const ExitVmOptions options = {
        .vmm = vmm,
        .dir = dir,
        .irqchip = e->irqchip,
        .memory_mib = e->kind->touches_memory ? FRESH_MEMORY_MIB : MEMORY_MIB,
    };

    side->kind = e->kind;
    return exit_vm_start(&side->vm, c, &options, error) &&
           size_batches(e, side, sy_case_number(c, "batch_us"), error);
}

/* Both VMs. Neither may have huge pages, of which QEMU asks for some: a first touch would be rare
 * there. Children inherit that. */
static bool start_sides(Exits *e, SyCase *c, GError **error)
{
    bool started;

    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    started =
        start_side(e, c, &e->side, sy_case_text(c, "vmm"), "vmm", error) &&
        (is_mini(c) || start_side(e, c, &e->other, EXIT_VMM_MINI_KVM, EXIT_VMM_MINI_KVM, error));
    prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
    return started;
}

static void stop_sides(Exits *e)
{
    exit_vm_stop(&e->side.vm);
    exit_vm_stop(&e->other.vm);
    e->side = e->other = (Side){0};
}

/* --------------------------------------------------------------------------------------- rounds */

/* ns of a unit in each phase. */
typedef struct {
    double ns[ROUNDS_MAX], gross_ns[ROUNDS_MAX], other_ns[ROUNDS_MAX];
} Taken;

static bool phase(Exits *e, Side *side, ExitCost *cost, GError **error)
{
    ExitAnswer answer;

    if (!do_batches(e, side, side->count, e->batches, &answer, error)) {
        return false;
    }
    *cost = exit_answer_cost(&answer, (double)side->count, side->kind->units, e->tsc_khz);
    return true;
}

/* The other phase of a round: the same kind in mini-kvm, or out8 in the same VM, or none. */
static bool other_phase(Exits *e, const SyCase *c, ExitCost *cost, GError **error)
{
    Side *side = &e->side;
    bool good;

    if (!is_mini(c)) {
        return phase(e, &e->other, cost, error);
    }
    if (!is_hypercall(e)) {
        return true;
    }
    side->kind = exit_kind_find("out8");
    good = phase(e, side, cost, error);
    side->kind = e->kind;
    return good;
}

static bool take_rounds(Exits *e, const SyCase *c, Taken *t, GError **error)
{
    bool other_first[ROUNDS_MAX];

    sy_paired_orders(other_first, e->rounds, c->repetition);
    for (guint i = 0; i < e->rounds; i++) {
        ExitCost cost, other = {0};

        if ((other_first[i] && !other_phase(e, c, &other, error)) ||
            !phase(e, &e->side, &cost, error) ||
            (!other_first[i] && !other_phase(e, c, &other, error))) {
            return false;
        }
        t->ns[i] = cost.ns;
        t->gross_ns[i] = cost.gross_ns;
        t->other_ns[i] = other.ns;
    }
    return true;
}

/* The ratio of the rounds `with` and `without`, and whether this host was steady enough to tell on
 * which side of its gate it is. A phase in which the loop alone took longer has no cost. */
static void take_ratio(SyCase *c, const Exits *e, const double *with, const double *without,
                       const char *const *metrics)
{
    double limit = sy_case_limit(c, metrics[0]);
    double counted_with[ROUNDS_MAX], counted_without[ROUNDS_MAX];
    SyPairedRatio ratio;
    guint n = 0;

    for (guint i = 0; i < e->rounds; i++) {
        if (with[i] > 0 && without[i] > 0) {
            counted_with[n] = with[i];
            counted_without[n++] = without[i];
        }
    }
    sy_paired_ratio(counted_with, counted_without, n, ROUNDS_CONFIDENCE, &ratio);
    if (2 * n <= e->rounds || !ratio.bounded) {
        sy_case_inconclusive(c,
                             "this host is too noisy: only %u of %u rounds count; in the others "
                             "the loop alone took longer than with exits",
                             n, e->rounds);
        return;
    }
    if (limit > 0 && exit_interval_straddles(ratio.interval, limit)) {
        sy_case_inconclusive(c,
                             "this host is too noisy: over %u rounds the 95 %% interval of %s is "
                             "%.3f to %.3f, with the gate in it",
                             n, metrics[0], ratio.interval[0], ratio.interval[1]);
    }
    sy_case_sample(c, metrics[0], ratio.ratio);
    sy_case_sample(c, metrics[1], ratio.interval[0]);
    sy_case_sample(c, metrics[2], ratio.interval[1]);
}

static void take_samples(SyCase *c, const Exits *e, const Taken *t)
{
    double ci[2];

    sy_sample_median_ci95(t->ns, e->rounds, ci);
    sy_case_sample(c, "ns_per_exit", sy_sample_median(t->ns, e->rounds));
    sy_case_sample(c, "ns_ci_low", ci[0]);
    sy_case_sample(c, "ns_ci_high", ci[1]);
    sy_case_sample(c, "exits_per_s", SY_NS_PER_S / sy_sample_median(t->gross_ns, e->rounds));
    if (!is_mini(c)) {
        sy_case_sample(c, "mini_kvm_ns", sy_sample_median(t->other_ns, e->rounds));
        take_ratio(c, e, t->other_ns, t->ns, qemu_metrics);
    } else if (is_hypercall(e)) {
        take_ratio(c, e, t->ns, t->other_ns, out8_metrics);
    }
}

/* mini-kvm's count of all exits: have the loops made those that are divided by? */
static bool count_exits(SyCase *c, Side *side, GError **error)
{
    guint64 exits, for_console;
    double expected;

    if (!exit_vm_end(&side->vm, &exits, &for_console, error)) {
        return false;
    }
    expected = side->expected + (double)for_console;
    sy_case_sample(c, "exits_off", fabs((double)exits - expected));
    if ((double)exits != expected) {
        sy_case_evidence(c, "mini-kvm counted %" G_GUINT64_FORMAT " exits instead of %.0f", exits,
                         expected);
    }
    return true;
}

static bool exits_measure(SyCase *c, GError **error)
{
    Exits *e = c->state;
    g_autofree Taken *t = g_new0(Taken, 1);
    bool good;

    if (e->unfit) {
        return true;
    }
    good = start_sides(e, c, error) && take_rounds(e, c, t, error) &&
           count_exits(c, is_mini(c) ? &e->side : &e->other, error);
    if (good) {
        take_samples(c, e, t);
    }
    stop_sides(e);
    return good;
}

static void exits_teardown(SyCase *c)
{
    Exits *e = c->state;

    if (e) {
        stop_sides(e);
        g_free(e);
    }
}

static const SyParamSpec exits_params[] = {
    {.name = "kind",
     .type = SY_PARAM_STRING,
     .value = "out8",
     .choices = EXIT_KIND_NAMES,
     .key = true,
     .summary = "what makes the guest exit; names as in kvm-unit-tests' vmexit where it is the "
                "same"},
    {.name = "vmm",
     .type = SY_PARAM_STRING,
     .value = EXIT_VMM_MINI_KVM,
     .choices = EXIT_VMMS,
     .key = true,
     .summary = "what runs the guest; QEMU has its turns with mini-kvm"},
    {.name = "irqchip",
     .type = SY_PARAM_STRING,
     .value = "on",
     .choices = "on,off",
     .summary = "whether KVM has the interrupt controllers, in both VMMs"},
    {.name = "rounds",
     .type = SY_PARAM_INT,
     .value = "24",
     .min = ROUNDS_MIN,
     .max = ROUNDS_MAX,
     .summary = "rounds of two phases, one of each VMM, in an order that a coin decides"},
    {.name = "batches",
     .type = SY_PARAM_INT,
     .value = "8",
     .min = 3,
     .max = EXITS_MAX_BATCHES,
     .summary = "batches of exits in a phase, and as many of the loop without them"},
    {.name = "batch_us",
     .type = SY_PARAM_DOUBLE,
     .value = "200",
     .min = 10,
     .max = 1e6,
     .summary = "about how long a batch takes"},
    SPIN_VM_PARAM_READY,
    {0},
};

/* No gates here: a case has only the metrics of its VMM. The job files have them. */
static const SyMetricSpec exits_metrics[] = {
    {.name = "ns_per_exit",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "what an exit takes, less the loop around it: the median of the phases, each a "
                "median of batches; of a string instruction, a byte"},
    {.name = "of_qemu",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "mini-kvm's ns per exit divided by that of QEMU, in turns"},
    {.name = "of_out8",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "kind=hypercall: its ns divided by those of a bare OUT, in turns"},
    {.name = "exits_off",
     .unit = "exits",
     .better = SY_BETTER_LOWER,
     .summary = "by how much mini-kvm counts other exits than the guest should have made"},
    {.name = "exits_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "exits per second of the loop"},
    {.name = "ns_ci_low",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .summary = "lower end of the 95 % interval of ns_per_exit, over the phases"},
    {.name = "ns_ci_high",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .summary = "upper end of that interval"},
    {.name = "mini_kvm_ns",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .summary = "QEMU as vmm: ns per exit of mini-kvm, in turns with it"},
    {.name = "of_qemu_ci_low",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "lower end of the 95 % interval of of_qemu, over the rounds"},
    {.name = "of_qemu_ci_high",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "upper end of that interval"},
    {.name = "of_out8_ci_low",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "lower end of the 95 % interval of of_out8"},
    {.name = "of_out8_ci_high",
     .unit = "1",
     .better = SY_BETTER_LOWER,
     .summary = "upper end of that interval"},
    {0},
};

const SyWorkload sy_workload_minikvm_exits = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.exits",
    .summary = "what an exit of each kind costs in mini-kvm and in QEMU",
    .groups = "minikvm",
    .faults = (const char *const[]){"exit-count", NULL},
    .requires = (const char *const[]){"kvm", NULL},
    .params = exits_params,
    .metrics = exits_metrics,
    .setup = exits_setup,
    .measure = exits_measure,
    .teardown = exits_teardown,
};

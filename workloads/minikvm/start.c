/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long does a VMM take from its start to the first thing that its guest does? mini-kvm and QEMU
 * run the same guest by turns. docs/METHOD.md explains the metrics.
 */
#include <string.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "run/case.h"
#include "stats/sample.h"
#include "workloads/minikvm/busy.h"
#include "workloads/minikvm/holder.h"
#include "workloads/minikvm/phases.h"
#include "workloads/minikvm/starter.h"

/* A repetition has no further turns after so long, once it has the least that a median needs. */
#define LONG_NS (10 * SY_NS_PER_S)
#define LEAST_STARTS 5

typedef struct {
    StarterVmm vmm;
    guint starts;
    bool with_holder;
    double scale; /* --fault vmm-time */
    Starter *starter;
    Holder holder;
    char *image, *json; /* of the runs that tell their phases */
    char *missing;      /* why there is nothing to measure; NULL: there is */
} Start;

/* What a repetition has found: a value of each turn. */
typedef struct {
    GArray *start_us, *reference_us, *first_exit_us;
    GArray *phase_us[PHASES];
    double wait_us, all_us; /* sums: what VMMs waited for a CPU, and took until their first byte */
} Found;

static bool start_setup(SyCase *c, GError **error)
{
    Start *s = g_new0(Start, 1);

    c->state = s;
    s->holder = (Holder){.kvm = -1, .vm = -1, .vcpu = -1};
    s->vmm = starter_vmm(sy_case_text(c, "vmm"));
    s->starts = (guint)sy_case_int(c, "starts");
    s->with_holder = strcmp(sy_case_text(c, "holder"), "on") == 0;
    s->scale = sy_faults_scale(c->env->faults, "vmm-time");
    s->image = g_build_filename(c->env->guests_dir, "minikvm", "minimal.bin", NULL);
    s->json = g_build_filename(c->dir, "mini-kvm.json", NULL);
    s->starter = starter_new(c, error);
    if (!s->starter) {
        return false;
    }
    s->missing = starter_missing(s->starter, s->vmm);
    return true;
}

static void found_init(Found *found)
{
    found->start_us = g_array_new(FALSE, FALSE, sizeof(double));
    found->reference_us = g_array_new(FALSE, FALSE, sizeof(double));
    found->first_exit_us = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < PHASES; i++) {
        found->phase_us[i] = g_array_new(FALSE, FALSE, sizeof(double));
    }
}

static void found_clear(Found *found)
{
    g_array_unref(found->start_us);
    g_array_unref(found->reference_us);
    g_array_unref(found->first_exit_us);
    for (guint i = 0; i < PHASES; i++) {
        g_array_unref(found->phase_us[i]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

/* One start of `vmm`, which ends at once. */
static bool start_once(const Start *s, StarterVmm vmm, GArray *times_us, Found *found,
                       GError **error)
{
    double us = 0;
    g_autoptr(SyChild) child = starter_start(s->starter, vmm, 1, &us, error);

    if (!child) {
        return false;
    }
    found->wait_us += busy_wait_us(sy_child_pid(child));
    found->all_us += us;
    us *= s->scale;
    g_array_append_val(times_us, us);
    return true;
}

/* One run of mini-kvm that tells its phases. */
static bool phases_once(const SyCase *c, const Start *s, Found *found, GError **error)
{
    Phases phases;

    if (!phases_measure(c->env->mini_kvm, s->image, s->json, &phases, error)) {
        return false;
    }
    phases.first_exit_us *= s->scale;
    g_array_append_val(found->first_exit_us, phases.first_exit_us);
    for (guint i = 0; i < PHASES; i++) {
        phases.phase_us[i] *= s->scale;
        g_array_append_val(found->phase_us[i], phases.phase_us[i]);
    }
    return true;
}

/* What the case is about, with its holder if it has one. */
static bool own_turn(SyCase *c, Start *s, Found *found, GError **error)
{
    bool good;

    if (s->with_holder && !holder_begin(&s->holder, error)) {
        return false;
    }
    good = start_once(s, s->vmm, found->start_us, found, error) &&
           (s->vmm != STARTER_MINI_KVM || phases_once(c, s, found, error));
    holder_end(&s->holder);
    return good;
}

/* Does the case compare with mini-kvm as it is? */
static bool has_reference(const Start *s)
{
    return s->vmm != STARTER_MINI_KVM || s->with_holder;
}

static bool reference_turn(const Start *s, Found *found, GError **error)
{
    return !has_reference(s) || start_once(s, STARTER_MINI_KVM, found->reference_us, found, error);
}

/* Both by turns; which is first changes each time. */
static bool take_turns(SyCase *c, Start *s, Found *found, GError **error)
{
    int64_t begin_ns = sy_now_ns();

    for (guint i = 0; i < s->starts; i++) {
        bool good = i % 2 ? reference_turn(s, found, error) && own_turn(c, s, found, error)
                          : own_turn(c, s, found, error) && reference_turn(s, found, error);

        if (!good || sy_cancelled(error)) {
            return false;
        }
        if (i + 1 >= LEAST_STARTS && sy_now_ns() - begin_ns > LONG_NS) {
            break;
        }
        sy_case_alive(c);
    }
    return true;
}

static double quantile(const GArray *values, double q)
{
    return sy_sample_quantile((const double *)(const void *)values->data, values->len, q);
}

static void sample_phases(SyCase *c, Found *found)
{
    sy_case_sample(c, "first_exit_us", quantile(found->first_exit_us, 0.5));
    sy_case_sample(c, "first_exit_p99_us", quantile(found->first_exit_us, 0.99));
    for (guint i = 0; i < PHASES; i++) {
        g_autofree char *metric = g_strconcat("phase_us.", phase_names[i], NULL);

        sy_case_sample(c, metric, quantile(found->phase_us[i], 0.5));
    }
}

static const char *const phase_metrics[] = {
    "first_exit_us", "first_exit_p99_us",  "phase_us.open", "phase_us.vm",   "phase_us.memory",
    "phase_us.vcpu", "phase_us.registers", "phase_us.run",  "phase_us.rest", NULL};

static const char *const time_metrics[] = {"start_us", "start_p99_us", "first_exit_us",
                                           "first_exit_p99_us", NULL};

static bool start_measure(SyCase *c, GError **error)
{
    static const char *const start_metrics[] = {"start_us", "start_p99_us", "start_ratio", NULL};
    Start *s = c->state;
    g_auto(Found) found = {0};

    found_init(&found);
    if (s->missing) {
        sy_case_na_all(c, start_metrics, s->missing);
        sy_case_na_all(c, phase_metrics, s->missing);
        return true;
    }
    if (!take_turns(c, s, &found, error)) {
        return false;
    }
    busy_doubt(c, time_metrics, found.wait_us, found.all_us);
    sy_case_sample(c, "start_us", quantile(found.start_us, 0.5));
    sy_case_sample(c, "start_p99_us", quantile(found.start_us, 0.99));
    if (has_reference(s)) {
        sy_case_sample(c, "start_ratio",
                       quantile(found.start_us, 0.5) / quantile(found.reference_us, 0.5));
    } else {
        sy_case_na(c, "start_ratio", "n/a: mini-kvm is what the others are compared with");
    }
    if (s->vmm == STARTER_MINI_KVM) {
        sample_phases(c, &found);
    } else {
        sy_case_na_all(c, phase_metrics, "n/a: only mini-kvm tells its phases");
    }
    return true;
}

static void start_teardown(SyCase *c)
{
    Start *s = c->state;

    if (s) {
        holder_end(&s->holder);
        starter_free(s->starter);
        g_free(s->image);
        g_free(s->json);
        g_free(s->missing);
        g_free(s);
    }
}

static const SyParamSpec start_params[] = {
    STARTER_PARAM_VMM,
    {.name = "holder",
     .type = SY_PARAM_STRING,
     .value = "off",
     .choices = "off,on",
     .summary = "whether a vCPU without a local APIC lives on this host meanwhile"},
    {.name = "starts",
     .type = SY_PARAM_INT,
     .value = "40",
     .min = LEAST_STARTS,
     .max = 10000,
     .summary = "starts in a repetition, fewer once that takes 10 s; each in turn with mini-kvm's"},
    {0},
};

#define PHASE(phase, what)                                                                         \
    {                                                                                              \
        .name = "phase_us." phase, .unit = "us", .better = SY_BETTER_LOWER, .summary = what        \
    }

static const SyMetricSpec start_metrics_table[] = {
    {.name = "start_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "from before the process exists to the guest's first byte: median of the starts"},
    {.name = "start_ratio",
     .unit = "x",
     .better = SY_BETTER_LOWER,
     .summary = "start_us as a multiple of that of mini-kvm without a holder, by turns"},
    {.name = "first_exit_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "from mini-kvm's main() to its guest's first exit: median"},
    {.name = "start_p99_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "the 99th percentile of the starts"},
    {.name = "first_exit_p99_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "the 99th percentile of first_exit_us"},
    PHASE("open", "of first_exit_us: opening /dev/kvm"),
    PHASE("vm", "of first_exit_us: KVM_CREATE_VM, and what a VM has besides memory"),
    PHASE("memory", "of first_exit_us: guest memory, its image, and giving it to KVM"),
    PHASE("vcpu", "of first_exit_us: KVM_CREATE_VCPU and the vCPU's kvm_run"),
    PHASE("registers", "of first_exit_us: the vCPU's registers"),
    PHASE("run", "of first_exit_us: from the first entry to the first exit"),
    PHASE("rest", "of first_exit_us: mini-kvm's own command line, signals and threads"),
    {0},
};

const SyWorkload sy_workload_minikvm_start = {
    .version = SY_WORKLOAD_VERSION,
    .name = "minikvm.start",
    .summary = "how long mini-kvm and QEMU take to their guest's first byte, and where that goes",
    .groups = "minikvm",
    .faults = (const char *const[]){"vmm-time", NULL},
    .requires = (const char *const[]){"kvm", NULL},
    .params = start_params,
    .metrics = start_metrics_table,
    .setup = start_setup,
    .measure = start_measure,
    .teardown = start_teardown,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the IRQ log tell the truth? A guest makes devices raise a known number of interrupts; the
 * log, KVM's own trace and the guest's counts are compared event by event, on one clock.
 * docs/METHOD.md says what each metric means.
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "guests/irqs/layout.h"
#include "observe/irq-log.h"
#include "observe/kvm-events.h"
#include "run/case.h"
#include "stats/sample.h"
#include "vm/inspect.h"
#include "vm/vm.h"
#include "workloads/irq/accounts.h"
#include "workloads/irq/kvm-trace.h"
#include "workloads/irq/log-qmp.h"
#include "workloads/lib/quick-boot.h"

#define READY_PREFIX "irqs: ready "
#define DONE_PREFIX "irqs: done "
#define LOG_FILE "irq-log.jsonl" /* in the VM's run folder */

typedef struct {
    SyVm *vm;
    KvmTrace *kvm;
    struct irqs_area area; /* read when the guest has finished */
    int64_t from_ns, to_ns;
    GArray *tids;
} Truth;

static SyVm *start(const SyCase *c, const char *dir, GError **error)
{
    bool off = strcmp(sy_case_text(c, "irqchip"), "off") == 0;
    g_autofree char *kernel = g_build_filename(c->env->guests_dir, "irqs.elf", NULL);
    g_autofree char *accel = g_strdup_printf("kvm,kernel-irqchip=%s", sy_case_text(c, "irqchip"));
    g_autofree char *append =
        g_strdup_printf("rounds=%x mark=1 wait=1 pic=%d", (guint)sy_case_int(c, "rounds"), off);
    const char *const *firmware = quick_boot_args(c->env);
    const char *const bare[] = {firmware ? firmware[0] : NULL, firmware ? firmware[1] : NULL, NULL};
    const char *const extra[] = {"-device", "edu", "-device", "edu", bare[0], bare[1], NULL};
    const SyVmConfig config = {
        .qemu = c->env->qemu,
        .name = "irqs",
        .accel = accel,
        .cpu = off ? "qemu64,-apic" : NULL, /* KVM does not use an APIC emulated by QEMU */
        .vcpus = (guint)sy_case_int(c, "vcpus"),
        .kernel = kernel,
        .append = append,
        .firmware_dirs = (const char *const *)c->env->firmware,
        .extra_args = off ? bare : extra,
    };

    if (off && config.vcpus > 1) {
        g_set_error(error, SY_ERROR, SY_ERROR_USAGE,
                    "irqchip=off allows one vCPU only, vcpus=%u were given: under KVM there is no "
                    "APIC then, and a PC without one has one CPU",
                    config.vcpus);
        return NULL;
    }
    if (!g_file_test(kernel, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "no guest at %s; `make guests` builds it", kernel);
        return NULL;
    }
    return sy_vm_start(&config, dir, error);
}

/* QEMU's threads at this moment. */
static GArray *list_threads(const SyVm *vm, GError **error)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)sy_vm_pid(vm));
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    GArray *tids;
    const char *name;

    if (!dir) {
        return NULL;
    }
    tids = g_array_new(FALSE, FALSE, sizeof(int));
    while ((name = g_dir_read_name(dir))) {
        int tid = (int)g_ascii_strtoll(name, NULL, 10);

        g_array_append_val(tids, tid);
    }
    return tids;
}

static bool read_area(Truth *t, GError **error)
{
    if (!sy_vm_read_memory(t->vm, IRQS_AREA_BASE, sizeof(t->area), &t->area, error)) {
        return false;
    }
    if (t->area.magic != IRQS_MAGIC || t->area.version != IRQS_VERSION || t->area.done != 1) {
        g_set_error(error, SY_ERROR, SY_ERROR_PROTOCOL,
                    "the guest's memory has no complete results of the guest `irqs`; `make guests` "
                    "rebuilds it");
        return false;
    }
    return true;
}

/* Everything records before the guest starts, and until it has finished. */
static bool observe(Truth *t, SyCase *c, GError **error)
{
    int64_t limit_ns = (int64_t)sy_case_int(c, "timeout_s") * SY_NS_PER_S;

    if (!irq_log_begin(t->vm, "file", LOG_FILE, error)) {
        return false;
    }
    t->kvm = kvm_trace_start(sy_case_text(c, "witness"), c->dir, error);
    if (!t->kvm) {
        return false;
    }
    t->from_ns = sy_now_ns();
    if (!sy_vm_write(t->vm, "\n", limit_ns, error) ||
        !sy_vm_wait_ready(t->vm, DONE_PREFIX, limit_ns, NULL, error)) {
        return false;
    }
    t->to_ns = sy_now_ns();
    t->tids = list_threads(t->vm, error);
    return t->tids && kvm_trace_stop(t->kvm, error) && irq_log_end(t->vm, error) &&
           read_area(t, error);
}

static void truth_free(Truth *t)
{
    kvm_trace_free(t->kvm);
    sy_vm_free(t->vm);
    g_clear_pointer(&t->tids, g_array_unref);
    g_free(t);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Truth, truth_free)

static void append_findings(GString *text, const char *what, const IrqMatch *m)
{
    for (guint i = 0; i < m->findings->len; i++) {
        g_autofree char *line = irq_finding_text(&g_array_index(m->findings, IrqFinding, i));

        g_string_append_printf(text, "%s: %s\n", what, line);
    }
}

static uint64_t sum(const uint64_t *counts)
{
    uint64_t total = 0;

    for (guint s = 0; s < IRQS_SOURCES; s++) {
        total += counts[s];
    }
    return total;
}

/* Interrupts that only the guest or only the trace has, or that never came. */
static guint count_guest_mismatches(const Truth *t, const IrqAccounts *a)
{
    guint mismatches = (guint)t->area.stray;

    for (guint s = 0; s < IRQS_SOURCES; s++) {
        mismatches += (guint)ABS((int64_t)t->area.received[s] - (int64_t)a->handled[s]);
        if (t->area.received[s] < t->area.asked[s]) {
            mismatches += (guint)(t->area.asked[s] - t->area.received[s]);
        }
    }
    return mismatches;
}

static bool write_account(const SyCase *c, const Truth *t, const IrqAccounts *a, GError **error)
{
    static const char *const names[] = {"serial", "intx", "msi", "pit", "rtc"};
    g_autofree char *path = g_build_filename(c->dir, "irq-match.txt", NULL);
    GString *text = g_string_new(NULL);
    bool good;

    g_string_append_printf(text,
                           "%u log records matched; missing %u, spurious %u, out of order %u; "
                           "events of KVM's PIC and IOAPIC without a counterpart: %u\n",
                           a->lines->pairs->len, a->lines->missing, a->lines->spurious,
                           a->lines->out_of_order, a->chips_unpaired);
    g_string_append_printf(
        text, "by design not in the log: %u injected MSIs, %u lines raised by devices inside KVM\n",
        a->msis, a->in_kernel);
    for (guint s = 0; s < IRQS_SOURCES; s++) {
        g_string_append_printf(text,
                               "%s: asked for %" G_GUINT64_FORMAT ", injected %u, handled %u, "
                               "counted by the guest %" G_GUINT64_FORMAT "\n",
                               names[s], t->area.asked[s], a->injected[s], a->handled[s],
                               t->area.received[s]);
    }
    append_findings(text, "log", a->lines);
    append_findings(text, "guest", a->handlers);
    good = sy_fs_write_atomic(path, text->str, (gssize)text->len, error);
    g_string_free(text, TRUE);
    return good;
}

static double median_us(const GArray *ns)
{
    g_autofree double *us = g_new(double, MAX(ns->len, 1));

    for (guint i = 0; i < ns->len; i++) {
        us[i] = (double)g_array_index(ns, int64_t, i) / SY_NS_PER_US;
    }
    return sy_sample_median(us, ns->len);
}

static void sample_latency(SyCase *c, const char *metric, const GArray *ns)
{
    if (ns->len) {
        sy_case_sample(c, metric, median_us(ns));
    } else {
        sy_case_na(c, metric,
                   "n/a: KVM's trace has no injections (posted interrupts are not traced)");
    }
}

static void judge(SyCase *c, const Truth *t, const IrqAccounts *a, uint64_t lost)
{
    sy_case_sample(c, "matched", a->lines->pairs->len);
    sy_case_sample(c, "missing", a->lines->missing + a->chips_unpaired);
    sy_case_sample(c, "spurious", a->lines->spurious);
    sy_case_sample(c, "out_of_order", a->lines->out_of_order);
    sy_case_sample(c, "interrupts", (double)sum(t->area.received));
    sy_case_sample(c, "guest_mismatches", count_guest_mismatches(t, a));
    sample_latency(c, "log_to_inject_us", a->log_to_inject_ns);
    sample_latency(c, "inject_to_guest_us", a->inject_to_guest_ns);
    sy_case_sample(c, "bypassed_msi", a->msis);
    sy_case_sample(c, "bypassed_in_kernel", a->in_kernel);
    if (lost) {
        sy_case_inconclusive(
            c,
            "the kernel's trace is incomplete: its buffer was full for %" G_GUINT64_FORMAT
            " events",
            lost);
    }
}

static Irqchip irqchip_of(const SyCase *c)
{
    const char *name = sy_case_text(c, "irqchip");

    return strcmp(name, "on") == 0    ? IRQCHIP_ON
           : strcmp(name, "off") == 0 ? IRQCHIP_OFF
                                      : IRQCHIP_SPLIT;
}

static bool compare(SyCase *c, Truth *t, const char *vm_dir, GError **error)
{
    g_autofree char *log_path = g_build_filename(vm_dir, LOG_FILE, NULL);
    guint64 others = 0;
    uint64_t lost = 0;
    g_autoptr(GArray) log = sy_irq_log_read(log_path, &others, error);
    g_autoptr(GArray) kvm = log ? kvm_trace_events(t->kvm, &lost, error) : NULL;
    g_autoptr(IrqAccounts) a = NULL;

    if (!kvm) {
        return false;
    }
    if (!log->len && others) {
        g_set_error(error, SY_ERROR, SY_ERROR_UNAVAILABLE,
                    "not one of %" G_GUINT64_FORMAT
                    " log records names an interrupt controller as its handler: this QEMU is "
                    "stripped or was built without libdw; `make qemu` builds one that is not",
                    others);
        return false;
    }
    a = irq_accounts_take(&(IrqEvidence){.irqchip = irqchip_of(c),
                                         .log = log,
                                         .kvm = kvm,
                                         .tids = t->tids,
                                         /* a log that lacks one of the records that have an
                                          * effect */
                                         .drop = sy_faults_number(c->env->faults, "irq-drop"),
                                         .from_ns = t->from_ns,
                                         .to_ns = t->to_ns});
    judge(c, t, a, lost);
    return write_account(c, t, a, error);
}

static bool irq_truth_measure(SyCase *c, GError **error)
{
    g_autoptr(Truth) t = g_new0(Truth, 1);
    g_autofree char *vm_dir = g_build_filename(c->dir, "vm", NULL);
    int64_t limit_ns = (int64_t)sy_case_int(c, "timeout_s") * SY_NS_PER_S;

    t->vm = start(c, vm_dir, error);
    if (!t->vm || !sy_vm_wait_ready(t->vm, READY_PREFIX, limit_ns, NULL, error) ||
        !observe(t, c, error)) {
        return false;
    }
    return sy_vm_stop(t->vm, error) && compare(c, t, vm_dir, error);
}

static const char *const irq_truth_requires[] = {"kvm", "kvm-events", NULL};

static const SyRequiresIf irq_truth_requires_if[] = {
    {"witness", "trace-cmd", "ftrace"}, {"witness", "perf", "perf-kvm"}, {0}};

static const SyParamSpec irq_truth_params[] = {
    {.name = "irqchip",
     .type = SY_PARAM_STRING,
     .value = "on",
     .choices = "on,split,off",
     .key = true,
     .summary =
         "which interrupt controllers KVM emulates: all (on), the local APIC (split), none (off)"},
    {.name = "witness",
     .type = SY_PARAM_STRING,
     .value = "auto",
     .choices = "auto,trace-cmd,perf",
     .summary =
         "what records KVM's trace events; auto: trace-cmd where it is permitted, else perf"},
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = IRQS_MAX_CPUS,
     .summary = "number of vCPUs; they share the interrupt sources"},
    {.name = "rounds",
     .type = SY_PARAM_INT,
     .value = "2500",
     .min = 1,
     .max = 1000000,
     .summary = "interrupts of each source; of the RTC, a sixteenth of that"},
    {.name = "timeout_s",
     .type = SY_PARAM_INT,
     .value = "240",
     .min = 1,
     .max = 3600,
     .summary = "seconds that the guest may take to boot, and again to finish"},
    {0},
};

static const SyMetricSpec irq_truth_metrics[] = {
    {.name = "matched",
     .unit = "records",
     .better = SY_BETTER_HIGHER,
     .summary = "log records matched one to one with a KVM event"},
    {.name = "missing",
     .unit = "events",
     .better = SY_BETTER_TARGET,
     .summary = "KVM events that no log record accounts for"},
    {.name = "spurious",
     .unit = "records",
     .better = SY_BETTER_TARGET,
     .summary = "log records that no KVM event followed"},
    {.name = "out_of_order",
     .unit = "records",
     .better = SY_BETTER_TARGET,
     .summary = "matched records whose KVM event came before that of an earlier record"},
    {.name = "interrupts",
     .unit = "interrupts",
     .better = SY_BETTER_HIGHER,
     .summary = "interrupts that the guest counted"},
    {.name = "guest_mismatches",
     .unit = "interrupts",
     .better = SY_BETTER_TARGET,
     .summary =
         "differences between the guest's counts and what it asked for or what the trace shows"},
    {.name = "log_to_inject_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "median time from the record of a raised line to KVM's injection"},
    {.name = "inject_to_guest_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "median time from the injection to the first exit of the guest's handler"},
    {.name = "bypassed_msi",
     .unit = "interrupts",
     .better = SY_BETTER_HIGHER,
     .summary = "injected MSIs, which by design are not in the log"},
    {.name = "bypassed_in_kernel",
     .unit = "events",
     .better = SY_BETTER_HIGHER,
     .summary = "lines raised by devices inside KVM, which by design are not in the log"},
    {0},
};

const SyWorkload sy_workload_irq_truth = {
    .version = SY_WORKLOAD_VERSION,
    .name = "irq.truth",
    .summary = "whether the IRQ log agrees with KVM's trace and with the guest's own counts",
    .groups = "irq",
    .faults = (const char *const[]){"irq-drop", NULL},
    .requires = irq_truth_requires,
    .requires_if = irq_truth_requires_if,
    .params = irq_truth_params,
    .metrics = irq_truth_metrics,
    .measure = irq_truth_measure,
};

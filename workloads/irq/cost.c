/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does the IRQ log cost? The guest does nothing but set an IRQ line, once per exit. With the
 * log off, the QEMU under test is compared with the same QEMU without mods; with it on, one VM runs
 * with the log and without it in turn. The last part drains the ring with query-irq-log at a given
 * rate. docs/METHOD.md says what each metric means.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/tsc.h"
#include "guests/spin/layout.h"
#include "host/requirement.h"
#include "run/case.h"
#include "stats/sample.h"
#include "workloads/irq/drain.h"
#include "workloads/irq/insn-path.h"
#include "workloads/irq/log-qmp.h"
#include "workloads/lib/rounds.h"
#include "workloads/lib/spin-phase.h"
#include "workloads/lib/vm-pairs.h"

#define SINK_OFF "off"
#define SINK_RING "ring"
#define SINK_FILE "file"
#define SINK_STDERR "stderr"
#define LOG_FILE "irq-log.jsonl"

/* How long the guest sets its line before the first round. */
#define WARM_UP_NS (50 * SY_NS_PER_MS)

/* How far the guest may be off its rate: after a stall of the host it catches up all at once. */
#define RATE_OFF_MAX 0.05

/* One for the GSI, one for the i8259's input, one for the IOAPIC's; and one for the i8259's output
 * where QEMU emulates it. */
#define RECORDS_PER_EXIT 4

typedef struct {
    bool off;
    SpinVm spin; /* log on */
    SpinRest rest;
    SpinVm paced; /* the same guest at a given rate, for draining */
    VmExits pair; /* log off */
    char *pin;    /* its CPU */
    int64_t phase_ns;
    guint rounds;
} IrqCost;

static const char *const on_metrics[] = {
    "ns_per_record", "records_per_exit", "records_per_s",    "lost",
    "drained_per_s", "drain_lost",       "drain_miscounted", NULL};
static const char *const drain_metrics[] = {"drained_per_s", "drain_lost", "drain_miscounted",
                                            NULL};
static const char *const off_metrics[] = {"off_instructions", NULL};

static bool start_on(IrqCost *s, SyCase *c, GError **error)
{
    const SpinVmOptions options = {
        .accel = sy_case_text(c, "accel"),
        .out_port = SPIN_PORT_UART_IER,
        .flip = SPIN_FLIP_UART_IER,
    };
    SpinPhase warm_up;

    return spin_vm_start_with(&s->spin, c, 1, NULL, &options, error) &&
           spin_phase_rest(&s->spin, NULL, &s->rest, error) &&
           spin_phase(&s->spin, NULL, WARM_UP_NS, &s->rest, &warm_up, error);
}

/* The guest keeps the rate by itself: stopping and continuing it would have to wait for QEMU's big
 * lock, which it hardly ever releases. */
static bool start_paced(IrqCost *s, SyCase *c, GError **error)
{
    double rate = sy_case_number(c, "rate_per_s");
    double ticks_per_s = 1000.0 * sy_tsc_khz();
    const SpinVmOptions options = {
        .accel = sy_case_text(c, "accel"),
        .dir = "paced",
        .out_port = SPIN_PORT_UART_IER,
        .flip = SPIN_FLIP_UART_IER,
        .gap = (guint)CLAMP(ticks_per_s * RECORDS_PER_EXIT / rate, 1, G_MAXUINT32),
    };

    return spin_vm_start_with(&s->paced, c, 1, NULL, &options, error) &&
           sy_vm_pause(s->paced.vm, error);
}

/* A thread of QEMU's then takes the records out of the ring while the guest makes them. */
static bool has_writer(const SyCase *c)
{
    const char *sink = sy_case_text(c, "sink");

    return strcmp(sink, SINK_FILE) == 0 || strcmp(sink, SINK_STDERR) == 0;
}

static bool irq_cost_setup(SyCase *c, GError **error)
{
    IrqCost *s = g_new0(IrqCost, 1);

    c->state = s;
    s->off = strcmp(sy_case_text(c, "sink"), SINK_OFF) == 0;
    s->phase_ns =
        llround(sy_case_number(c, has_writer(c) ? "writer_phase_ms" : "phase_ms") * SY_NS_PER_MS);
    s->rounds = (guint)sy_case_int(c, "rounds");
    s->pin = vm_exits_cpu();
    s->pair = (VmExits){
        .pin = s->pin,
        .accel = sy_case_text(c, "accel"),
        .out_port = SPIN_PORT_UART_IER,
        .flip = SPIN_FLIP_UART_IER,
        .rounds = s->rounds,
        .phase_ns = s->phase_ns,
    };
    if (s->off) {
        sy_case_na_all(c, on_metrics, "n/a: measured with the log on");
        return true;
    }
    sy_case_na_all(c, off_metrics, "n/a: measured with sink=off");
    if (strcmp(sy_case_text(c, "sink"), SINK_RING) != 0) {
        sy_case_na_all(c, drain_metrics, "n/a: measured with sink=ring");
    }
    return start_on(s, c, error) &&
           (strcmp(sy_case_text(c, "sink"), SINK_RING) != 0 ||
            sy_case_number(c, "rate_per_s") <= 0 || start_paced(s, c, error));
}

/* ------------------------------------------------------------------------------------------ off */

static bool count_instructions(SyCase *c, GError **error)
{
    g_autofree char *path = g_build_filename(c->dir, "qemu_set_irq.txt", NULL);
    guint modded, stock;

    if (!insn_path_count(c->env->qemu, "qemu_set_irq", path, &modded, error) ||
        !insn_path_count(c->env->stock_qemu, "qemu_set_irq", path, &stock, error)) {
        return false;
    }
    sy_case_sample(c, "off_instructions", (double)modded - (double)stock);
    return true;
}

static bool off_measure(SyCase *c, IrqCost *s, GError **error)
{
    VmPairs pairs;
    bool measured;

    return vm_pairs_measure(&s->pair, c, &pairs, &measured, error) &&
           (!measured || count_instructions(c, error));
}

/* ------------------------------------------------------------------------------------------- on */

typedef struct {
    Rounds rounds; /* events: records */
    double lost;
} Logged;

static bool phase_with_log(IrqCost *s, const SyCase *c, SpinPhase *phase, Logged *out,
                           GError **error)
{
    const char *sink = sy_case_text(c, "sink");
    bool file = strcmp(sink, SINK_FILE) == 0;
    IrqLogStatus before, after;

    if (!irq_log_begin(s->spin.vm, sink, file ? LOG_FILE : NULL, error) ||
        !irq_log_status(s->spin.vm, &before, error) ||
        !spin_phase(&s->spin, NULL, s->phase_ns, &s->rest, phase, error) ||
        !irq_log_end(s->spin.vm, error) || !irq_log_status(s->spin.vm, &after, error)) {
        return false;
    }
    phase->by_schedstat.events = (uint64_t)(after.last_sequence - before.last_sequence);
    out->lost += (double)(after.overtaken - before.overtaken + after.refused - before.refused);
    return true;
}

static bool take_rounds(IrqCost *s, const SyCase *c, Logged *out, GError **error)
{
    rounds_begin(&out->rounds, s->rounds, c->repetition);
    for (guint i = 0; i < rounds_phases(&out->rounds); i++) {
        SpinPhase phase;

        if (!(rounds_is_with(&out->rounds, i)
                  ? phase_with_log(s, c, &phase, out, error)
                  : spin_phase(&s->spin, NULL, s->phase_ns, &s->rest, &phase, error))) {
            return spin_vm_explain(&s->spin, error);
        }
        rounds_put(&out->rounds, i, phase.by_schedstat);
    }
    return true;
}

static bool drain(SyCase *c, IrqCost *s, GError **error)
{
    double rate = sy_case_number(c, "rate_per_s");
    SpinVm *spin = rate > 0 ? &s->paced : &s->spin;
    IrqDrain d;

    if (!irq_drain_run(spin->vm, llround(sy_case_number(c, "drain_ms") * SY_NS_PER_MS), &d,
                       error)) {
        return spin_vm_explain(spin, error);
    }
    sy_case_sample(c, "drained_per_s", d.records_per_s);
    sy_case_sample(c, "drain_lost", (double)d.dropped);
    sy_case_sample(c, "drain_miscounted", (double)(d.records - d.taken - d.dropped));
    if (rate > 0 && fabs(d.records_per_s / rate - 1) > RATE_OFF_MAX) {
        sy_case_inconclusive(c, "the guest made %.0f records per second, %.0f were asked for",
                             d.records_per_s, rate);
    }
    return true;
}

/* Is it clear on which side of its gate the cost lies? */
static void doubt_cost(SyCase *c, const Logged *l, const SyPairedRatio *ratio)
{
    double gate_ns = sy_case_limit(c, "ns_per_record");
    double low_ns = rounds_per_event_ns(&l->rounds, ratio->interval[1]);
    double high_ns = rounds_per_event_ns(&l->rounds, ratio->interval[0]);

    if (sy_requirement_check("lab", NULL)->met) {
        sy_case_inconclusive(
            c, "the host is emulated: nanoseconds measured on it are not a processor's");
    } else if (low_ns <= gate_ns && gate_ns < high_ns) {
        sy_case_inconclusive(c,
                             "this host is too noisy: over %zu rounds the 95 %% interval of the "
                             "cost is %.1f to %.1f ns per record, with the gate in it",
                             ratio->n, low_ns, high_ns);
    }
}

static bool on_measure(SyCase *c, IrqCost *s, GError **error)
{
    g_autofree Logged *l = g_new0(Logged, 1);
    SyPairedRatio ratio;
    double ns;
    Phase with;

    if (!take_rounds(s, c, l, error)) {
        return false;
    }
    ratio = rounds_ratio(&l->rounds);
    ns = rounds_per_event_ns(&l->rounds, ratio.ratio);
    if (!isfinite(ns)) {
        sy_case_inconclusive(c,
                             "only %u of %u rounds count: in the others the guest did not set a "
                             "single IRQ, or its thread was still running when its CPU time was "
                             "read",
                             rounds_counted(&l->rounds), s->rounds);
        return true;
    }
    with = rounds_sum(&l->rounds, true);
    doubt_cost(c, l, &ratio);
    sy_case_sample(c, "ns_per_record", ns);
    sy_case_sample(c, "exits_per_s_ratio", ratio.ratio);
    sy_case_sample(c, "exits_ratio_ci_low", ratio.interval[0]);
    sy_case_sample(c, "exits_ratio_ci_high", ratio.interval[1]);
    sy_case_na(c, VM_PAIRS_OFF_METRIC, "n/a: measured with sink=" SINK_OFF);
    sy_case_sample(c, "records_per_exit", (double)with.events / (double)with.work);
    sy_case_sample(c, "exits_per_s", (double)with.work * SY_NS_PER_S / (double)with.wall_ns);
    sy_case_sample(c, "records_per_s", (double)with.events * SY_NS_PER_S / (double)with.wall_ns);
    sy_case_sample(c, "lost", l->lost);
    return strcmp(sy_case_text(c, "sink"), SINK_RING) != 0 || drain(c, s, error);
}

static bool irq_cost_measure(SyCase *c, GError **error)
{
    IrqCost *s = c->state;

    return s->off ? off_measure(c, s, error) : on_measure(c, s, error);
}

static void irq_cost_teardown(SyCase *c)
{
    IrqCost *s = c->state;

    spin_vm_stop(&s->spin);
    spin_vm_stop(&s->paced);
    vm_exits_stop(&s->pair);
    g_free(s->pin);
    g_free(s);
}

static const char *const irq_cost_requires[] = {"schedstat", NULL};

static const SyRequiresIf irq_cost_requires_if[] = {
    {"accel", "kvm", "kvm"},
    {"sink", SINK_OFF, "stock-qemu"},
    {0},
};

static const SyParamSpec irq_cost_params[] = {
    {.name = "sink",
     .type = SY_PARAM_STRING,
     .value = SINK_RING,
     .choices = SINK_OFF "," SINK_RING "," SINK_FILE "," SINK_STDERR,
     .key = true,
     .summary = "where records go; off: the log is off, compared with a QEMU without mods"},
    {.name = "accel",
     .type = SY_PARAM_STRING,
     .value = "kvm",
     .choices = "kvm,tcg",
     .summary = "QEMU's accelerator; the code that logs is the same"},
    {.name = "phase_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "5",
     .min = 2,
     .max = 60000,
     .summary = "sink=off, ring: length of a phase; a round has two"},
    {.name = "writer_phase_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "100",
     .min = 2,
     .max = 60000,
     .summary = "other sinks: the same; long enough for the thread that writes to work all the "
                "time"},
    {.name = "rounds",
     .type = SY_PARAM_INT,
     .value = "24",
     .min = ROUNDS_MIN,
     .max = ROUNDS_MAX,
     .summary = "rounds of two phases, with and without, in an order that a coin decides; with "
                "sink=off, per pair of VMs"},
    {.name = "pairs",
     .type = SY_PARAM_INT,
     .value = "11",
     .min = 2,
     .max = VM_PAIRS_MAX,
     .summary = "sink=off: pairs of VMs per repetition"},
    {.name = "rate_per_s",
     .type = SY_PARAM_DOUBLE,
     .value = "100000",
     .min = 0,
     .max = 1e8,
     .summary = "sink=ring: records per second while query-irq-log drains the ring; 0: as many as "
                "the guest can make"},
    {.name = "drain_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "2000",
     .min = 10,
     .max = 3600000,
     .summary = "sink=ring: how long query-irq-log drains the ring"},
    SPIN_VM_PARAM_READY,
    {0},
};

/* No gates here: a case has only the metrics of its sink. The job files have them. */
static const SyMetricSpec irq_cost_metrics[] = {
    {.name = "ns_per_record",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "CPU time that one record costs the vCPU thread"},
    {.name = "exits_per_s_ratio",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "exits per CPU second with the log, divided by those without it; sink=off: modded "
                "QEMU by stock"},
    {.name = "off_instructions",
     .unit = "insns",
     .better = SY_BETTER_LOWER,
     .summary = "instructions that qemu_set_irq() executes in addition to stock QEMU's while the "
                "log is off"},
    {.name = "exits_ratio_ci_low",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "lower end of the ratio's 95 % interval: over the rounds; sink=off: over the pairs "
                "of VMs"},
    {.name = "exits_ratio_ci_high",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "upper end of that interval; below 1, the log (sink=off: the mods) costs "
                "something"},
    VM_PAIRS_OFF_SPEC,
    {.name = "exits_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary =
         "exits per second of wall time with the log; sink=off: per CPU second, modded QEMU"},
    {.name = "records_per_exit",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "records per exit: IRQ lines that QEMU sets on the way of one interrupt"},
    {.name = "records_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "records per second of wall time, as fast as the guest can make them"},
    {.name = "lost",
     .unit = "records",
     .better = SY_BETTER_LOWER,
     .summary = "records that did not reach the file or stderr at that rate"},
    {.name = "drained_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "sink=ring: records made per second while query-irq-log drained the ring"},
    {.name = "drain_lost",
     .unit = "records",
     .better = SY_BETTER_LOWER,
     .timed = true,
     .summary = "sink=ring: records overwritten before query-irq-log read them"},
    {.name = "drain_miscounted",
     .unit = "records",
     .better = SY_BETTER_TARGET,
     .summary = "sink=ring: records logged, minus those drained, minus those reported as dropped"},
    {0},
};

const SyWorkload sy_workload_irq_cost = {
    .version = SY_WORKLOAD_VERSION,
    .name = "irq.cost",
    .summary =
        "what the IRQ log costs while it is off and with each sink, and how many records it loses",
    .groups = "irq",
    .requires = irq_cost_requires,
    .requires_if = irq_cost_requires_if,
    .params = irq_cost_params,
    .metrics = irq_cost_metrics,
    .setup = irq_cost_setup,
    .measure = irq_cost_measure,
    .teardown = irq_cost_teardown,
};

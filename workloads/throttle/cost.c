/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does the throttle cost? While it limits: the work that a guest gets done per CPU second,
 * compared with the same guest without a limit. While it is switched off: exits per CPU second,
 * compared with the same QEMU without mods. docs/METHOD.md says what each metric means.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "guests/spin/layout.h"
#include "host/requirement.h"
#include "run/case.h"
#include "workloads/lib/rounds.h"
#include "workloads/lib/vm-pairs.h"
#include "workloads/throttle/cost-limit.h"

#define KIND_WORK "work"
#define KIND_EXITS "exits"
#define KIND_EXITS_KVM "exits-kvm"

/* kind=work: other processes may use this much of a CPU. It is measured in ticks, hence wide. */
#define OTHERS_LIMIT_PCT 50

/* kind=work in the lab: CPU time of a phase, at least, and by how much fewer rounds there are. */
#define LAB_PHASE_NS (200 * SY_NS_PER_MS)
#define LAB_ROUNDS_DIVISOR 10

typedef struct {
    bool exits; /* else: work */
    char *pin;  /* QEMU's CPUs; NULL: any */
    CostLimit limit;
    guint rounds; /* under the limit and without */
    VmExits pair;
} Cost;

static const char *const work_metrics[] = {"work_per_cpu_s_ratio", "work_ratio_ci_low",
                                           "work_ratio_ci_high",   "work_per_task_clock_s_ratio",
                                           "kick_cost_us",         "others_cpu_pct",
                                           "kicks_per_period",     "work_per_cpu_s",
                                           "host_spread_pct",      NULL};
static const char *const exits_metrics[] = {
    "exits_per_s_ratio", "exits_ratio_ci_low", "exits_ratio_ci_high", VM_PAIRS_OFF_METRIC,
    "exits_per_s",       "exits_per_s_stock",  "exit_cost_ns",        NULL};

/* Two VMs that are compared must run on the same CPU: no two CPUs are alike. A single VM may
 * move. */
static char *choose_pin(const char *pin, bool exits)
{
    if (strcmp(pin, "auto") == 0) {
        return exits ? vm_exits_cpu() : NULL;
    }
    return strcmp(pin, "none") == 0 ? NULL : g_strdup(pin);
}

/* Phases are as short as their ends allow. On an emulated host, stopping and continuing a VM takes
 * a different time each time, hundreds of microseconds apart. */
static void choose_phases(const SyCase *c, Cost *s)
{
    CostLimit *l = &s->limit;

    l->periods = (guint)sy_case_int(c, "phase_periods");
    s->rounds = (guint)sy_case_int(c, "work_rounds");
    if (sy_requirement_check("lab", NULL)->met) {
        l->periods = MAX(l->periods, (guint)ceil((double)LAB_PHASE_NS / (double)l->quota_ns));
        s->rounds = MAX(s->rounds / LAB_ROUNDS_DIVISOR, ROUNDS_MIN);
    }
}

static bool cost_setup(SyCase *c, GError **error)
{
    const char *kind = sy_case_text(c, "kind");
    int64_t period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    Cost *s = g_new0(Cost, 1);

    c->state = s;
    s->exits = strcmp(kind, KIND_WORK) != 0;
    s->pin = choose_pin(sy_case_text(c, "pin"), s->exits);
    if (s->exits) {
        sy_case_na_all(c, work_metrics, "n/a: measured with kind=" KIND_WORK);
        s->pair = (VmExits){
            .pin = s->pin,
            .out_port = strcmp(kind, KIND_EXITS) == 0 ? SPIN_PORT_USER : SPIN_PORT_KERNEL,
            .rounds = (guint)sy_case_int(c, "rounds"),
            .phase_ns = llround(sy_case_number(c, "phase_ms") * SY_NS_PER_MS),
        };
        return true;
    }
    sy_case_na_all(c, exits_metrics, "n/a: measured with kind=" KIND_EXITS);
    s->limit = (CostLimit){
        .quota_ns = llround((double)period_ns * sy_case_number(c, "ratio_pct") / 100),
        .period_ns = period_ns,
    };
    choose_phases(c, s);
    return cost_limit_start(&s->limit, c, s->pin, error);
}

/* Ratio of the rates if each quota is used up whole: phases end within one. */
static double of_whole_quotas(const CostLimit *l, const Rounds *rounds, double ratio)
{
    return 1 - rounds_per_event_ns(rounds, ratio) / (double)l->quota_ns;
}

/* Other processes leave caches cold behind them, which cannot be told from what an expiry costs. */
static void doubt_peace(SyCase *c, double others_pct, double cost_ns)
{
    if (others_pct > OTHERS_LIMIT_PCT) {
        sy_case_inconclusive(c,
                             "disturbed: other processes used %.0f %% of a CPU, although steelyard "
                             "started no load; a quota expiry cost %.1f us",
                             others_pct, cost_ns / SY_NS_PER_US);
    }
}

static void doubt_noise(SyCase *c, size_t rounds, double low, double high)
{
    if (100 * (high - low) / 2 > VM_PAIRS_RESOLUTION_PCT) {
        sy_case_inconclusive(
            c,
            "this host is too noisy: over %zu rounds the ratio's 95 %% interval is "
            "%.4f to %.4f, wider than +-%.0f %%",
            rounds, low, high, VM_PAIRS_RESOLUTION_PCT);
    }
}

static void record_work(SyCase *c, const CostLimit *l, const CostRounds *rounds)
{
    const Rounds *sched = &rounds->by_schedstat;
    const Phase limited = rounds_sum(sched, true);
    const SyPairedRatio raw = rounds_ratio(sched), by_perf = rounds_ratio(&rounds->by_perf);
    double low = of_whole_quotas(l, sched, raw.interval[0]);
    double high = of_whole_quotas(l, sched, raw.interval[1]);
    double cost_ns = rounds_per_event_ns(sched, raw.ratio);

    if (!(raw.ratio > 0) || !(by_perf.ratio > 0)) {
        sy_case_inconclusive(c,
                             "only %u of %u rounds count: in the others the vCPU got too little "
                             "CPU time for its quota to expire even once, or its thread was still "
                             "running when its CPU time was read",
                             rounds_counted(sched), rounds_phases(sched) / 2);
        return;
    }
    doubt_peace(c, rounds->others_pct, cost_ns);
    doubt_noise(c, raw.n, low, high);
    sy_case_sample(c, "work_per_cpu_s_ratio", of_whole_quotas(l, sched, raw.ratio));
    sy_case_sample(c, "work_ratio_ci_low", low);
    sy_case_sample(c, "work_ratio_ci_high", high);
    sy_case_sample(c, "work_per_task_clock_s_ratio",
                   of_whole_quotas(l, &rounds->by_perf, by_perf.ratio));
    sy_case_sample(c, "kick_cost_us", cost_ns / SY_NS_PER_US);
    sy_case_sample(c, "kicks_per_period", (double)limited.events / (double)MAX(1, rounds->periods));
    sy_case_sample(c, "work_per_cpu_s", phase_rate(&limited));
    sy_case_sample(c, "host_spread_pct", rounds_spread_pct(sched));
}

static bool work_measure(SyCase *c, Cost *s, GError **error)
{
    g_autofree CostRounds *rounds = g_new(CostRounds, 1);

    if (!cost_limit_rounds(&s->limit, s->rounds, c->repetition, rounds, error)) {
        return false;
    }
    record_work(c, &s->limit, rounds);
    return true;
}

static bool exits_measure(SyCase *c, VmExits *e, GError **error)
{
    VmPairs pairs;
    bool measured;

    if (!vm_pairs_measure(e, c, &pairs, &measured, error)) {
        return false;
    }
    if (measured) {
        sy_case_sample(c, "exits_per_s_stock", pairs.stock);
        sy_case_sample(c, "exit_cost_ns",
                       (double)SY_NS_PER_S / pairs.stock * (1 / pairs.ratio - 1));
    }
    return true;
}

static bool cost_measure(SyCase *c, GError **error)
{
    Cost *s = c->state;

    return s->exits ? exits_measure(c, &s->pair, error) : work_measure(c, s, error);
}

static void cost_teardown(SyCase *c)
{
    Cost *s = c->state;

    cost_limit_stop(&s->limit);
    vm_exits_stop(&s->pair);
    g_free(s->pin);
    g_free(s);
}

static const char *const cost_requires[] = {"kvm", "perf-sw", "schedstat", NULL};

static const SyRequiresIf cost_requires_if[] = {
    {"kind", KIND_EXITS, "stock-qemu"},
    {"kind", KIND_EXITS_KVM, "stock-qemu"},
    {0},
};

static const SyParamSpec cost_params[] = {
    {.name = "kind",
     .type = SY_PARAM_STRING,
     .value = KIND_WORK,
     .choices = KIND_WORK "," KIND_EXITS "," KIND_EXITS_KVM,
     .key = true,
     .summary = "what is measured: the cost of a limit (work), of the switched-off mods per exit "
                "to QEMU (exits) or per exit that stays in KVM (exits-kvm)"},
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 99.9,
     .summary = "kind=work: the limit, quota in % of the period"},
    {.name = "period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 1,
     .max = 1000,
     .summary = "kind=work: the throttle's period"},
    {.name = "phase_periods",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = 10000,
     .summary = "kind=work: whole periods in a phase under the limit; the other phase of the round "
                "uses the same CPU time"},
    {.name = "work_rounds",
     .type = SY_PARAM_INT,
     .value = "96",
     .min = ROUNDS_MIN,
     .max = ROUNDS_MAX,
     .summary = "kind=work: rounds of two phases, with the limit and without, in an order that a "
                "coin decides"},
    {.name = "phase_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "5",
     .min = 2,
     .max = 3600000,
     .summary = "other kinds: length of a phase"},
    {.name = "rounds",
     .type = SY_PARAM_INT,
     .value = "24",
     .min = ROUNDS_MIN,
     .max = ROUNDS_MAX,
     .summary = "other kinds: rounds per pair of VMs"},
    {.name = "pairs",
     .type = SY_PARAM_INT,
     .value = "11",
     .min = 2,
     .max = VM_PAIRS_MAX,
     .summary = "other kinds: pairs of VMs per repetition"},
    {.name = "pin",
     .type = SY_PARAM_STRING,
     .value = "auto",
     .summary =
         "QEMU's CPUs, a range such as 0-1; none: any; auto: any for kind=work, else the last one"},
    SPIN_VM_PARAM_READY,
    {0},
};

/* No gates here: a case has only the metrics of its kind, and a gate on the others would never be
 * judged. The job files have them. */
static const SyMetricSpec cost_metrics[] = {
    {.name = "work_per_cpu_s_ratio",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "guest work per CPU second by schedstat: under the limit, divided by without it; "
                "median of the rounds"},
    {.name = "work_ratio_ci_low",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "lower end of that median's 95 % interval"},
    {.name = "work_ratio_ci_high",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "upper end of that interval; below 1, the limit costs something"},
    {.name = "work_per_task_clock_s_ratio",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "the same by perf's task clock, which does not count all of a context switch"},
    {.name = "kick_cost_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time by schedstat that each quota expiry takes from the guest"},
    {.name = "others_cpu_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time of other processes meanwhile, in % of one CPU, roughly; beyond 50 the "
                "case is INCONCLUSIVE"},
    {.name = "kicks_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the quota expired, per period"},
    {.name = "work_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "iterations of the guest's loop per CPU second, under the limit"},
    {.name = "host_spread_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "how much faster the host was in the fastest phase without a limit than in the "
                "slowest"},
    {.name = "exits_per_s_ratio",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .timed = true,
     .summary = "exits per CPU second, mods switched off, divided by stock QEMU's; median of the "
                "pairs of VMs"},
    {.name = "exits_ratio_ci_low",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "lower end of that median's 95 % interval"},
    {.name = "exits_ratio_ci_high",
     .unit = "1",
     .better = SY_BETTER_HIGHER,
     .summary = "upper end of that interval; below 1, the switched-off mods cost something"},
    VM_PAIRS_OFF_SPEC,
    {.name = "exits_per_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "exits per CPU second, mods switched off"},
    {.name = "exits_per_s_stock",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "exits per CPU second of stock QEMU"},
    {.name = "exit_cost_ns",
     .unit = "ns",
     .better = SY_BETTER_LOWER,
     .summary = "CPU time that the switched-off mods add to an exit"},
    {0},
};

const SyWorkload sy_workload_throttle_cost = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.cost",
    .summary =
        "what the throttle costs a guest: work under a limit, and exits with the mods switched off",
    .groups = "throttle",
    .requires = cost_requires,
    .requires_if = cost_requires_if,
    .params = cost_params,
    .metrics = cost_metrics,
    .setup = cost_setup,
    .measure = cost_measure,
    .teardown = cost_teardown,
};

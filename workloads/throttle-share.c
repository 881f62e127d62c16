/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a throttled vCPU get the CPU share it was given? A guest that always wants to run is given
 * quota/period; its threads' CPU time over whole periods is held against that. docs/METHOD.md says
 * what each figure means.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "host/contention.h"
#include "workloads/lib/load.h"
#include "workloads/lib/spin-vm.h"
#include "workloads/lib/throttle.h"
#include "workloads/lib/twin.h"
#include "workloads/lib/vcpu-window.h"

#define VCPUS_MAX 8

/* A vCPU that misses this much of its share, in %, while it waited for a CPU at least as long, was
 * starved. */
#define STARVED_LIMIT_PCT 1.0
/* Periods that pass between setting the throttle and the first window. */
#define SETTLE_PERIODS 3
/* Periods without a QMP command before a window. */
#define QUIET_PERIODS 2

/* How long the twin sleeps and runs; longer would cost time, shorter would be mostly switches. */
#define TWIN_SLEEP_MIN_NS (1 * SY_NS_PER_MS)
#define TWIN_SLEEP_MAX_NS (20 * SY_NS_PER_MS)
#define TWIN_RUN_MIN_NS (50 * SY_NS_PER_US)
#define TWIN_RUN_MAX_NS (1 * SY_NS_PER_MS)

typedef struct {
    SpinVm spin;
    SyContention *load;
    SyPerf *perf[VCPUS_MAX];
    SwitchOffset offset; /* between the witnesses, of this repetition */
    int64_t quota_ns;    /* the target: what the vCPU should get */
    int64_t period_ns;
    int64_t periods; /* of one window */
    guint vcpus;
} Share;

/* What one repetition found out about one vCPU. */
typedef struct {
    double share, target; /* fractions of one CPU */
    double error_pct;
    double delay_pct;   /* run delay, % of wall time */
    double starved_pct; /* part of the target the host withheld, %; 0 unless starved */
    WitnessComparison witnesses;
} Finding;

static bool open_counters(Share *s, GError **error)
{
    for (guint i = 0; i < s->vcpus; i++) {
        s->perf[i] = sy_perf_open(g_array_index(s->spin.vcpus, SyVcpu, i).thread_id, error);
        if (!s->perf[i]) {
            return false;
        }
    }
    return true;
}

static bool share_setup(SyCase *c, GError **error)
{
    Share *s = g_new0(Share, 1);
    const char *pin = sy_case_text(c, "pin");
    int64_t programmed_ns;

    c->state = s;
    s->vcpus = (guint)sy_case_int(c, "vcpus");
    s->period_ns = llround(sy_case_number(c, "period_ms") * SY_NS_PER_MS);
    s->quota_ns = llround((double)s->period_ns * sy_case_number(c, "ratio_pct") / 100);
    s->periods =
        MAX(1, (int64_t)ceil(sy_case_number(c, "window_ms") * SY_NS_PER_MS / (double)s->period_ns));
    programmed_ns = llround((double)s->quota_ns * sy_faults_scale(c->env->faults, "quota"));
    programmed_ns = CLAMP(programmed_ns, 1, s->period_ns);

    /* The load comes last: it would only make the guest's start slow. */
    return spin_vm_start(&s->spin, c, s->vcpus, strcmp(pin, "none") == 0 ? NULL : pin, error) &&
           sy_vm_has_command(s->spin.vm, "kvm-throttle-set", error) && open_counters(s, error) &&
           throttle_set(s->spin.vm, programmed_ns, s->period_ns, error) &&
           load_start(c, &s->load, error) &&
           sy_sleep_until_ns(sy_now_ns() + SETTLE_PERIODS * s->period_ns, error);
}

static Finding find(const Share *s, const VcpuShare *v)
{
    Finding f = {
        .share = (double)v->testimony.run_ns / (double)v->wall_ns,
        .target = (double)s->quota_ns / (double)s->period_ns,
        .delay_pct = 100.0 * (double)v->delay_ns / (double)v->wall_ns,
        .witnesses = witness_compare(&v->testimony, &s->offset),
    };
    double missing_pct;

    f.error_pct = 100 * (f.share / f.target - 1);
    missing_pct = -f.error_pct;
    /*
     * Starved: the share is short, and the time the vCPU stood in the run queue would have made up
     * for it. Had the throttle held the vCPU back instead, it would have been asleep, not runnable.
     */
    if (missing_pct > STARVED_LIMIT_PCT && f.share + f.delay_pct / 100 >= f.target) {
        f.starved_pct = missing_pct;
    }
    return f;
}

/*
 * A window that does not hold whole periods may have one quota of credit and one of the cut period
 * more or less in it. What exceeds that is the throttle's doing, whatever the window.
 */
static bool explained_by_ends(const Share *s, const VcpuShare *v)
{
    double target_ns = (double)v->wall_ns * (double)s->quota_ns / (double)s->period_ns;

    return s->quota_ns < s->period_ns &&
           fabs((double)v->testimony.run_ns - target_ns) <= 2 * (double)s->quota_ns;
}

/* Says what speaks against this repetition, if anything does. */
static void doubt(SyCase *c, const Share *s, guint vcpu, const VcpuShare *v, const Finding *f)
{
    if (v->testimony.run_ns <= 0) {
        sy_case_inconclusive(c, "vCPU %u did not run at all in %.3f s", vcpu,
                             (double)v->wall_ns / SY_NS_PER_S);
    } else if (s->load && !sy_contention_alive(s->load)) {
        sy_case_inconclusive(c, "the load ended before the measurement: %s",
                             sy_contention_describe(s->load));
    } else if (f->starved_pct > 0) {
        sy_case_inconclusive(
            c,
            "starved: vCPU %u got %.2f %% of a CPU instead of %.2f %%, and stood in the run queue "
            "for %.2f %% (load: %s)",
            vcpu, 100 * f->share, 100 * f->target, f->delay_pct,
            s->load ? sy_contention_describe(s->load) : "none of ours");
    } else if (!v->in_phase && explained_by_ends(s, v)) {
        sy_case_inconclusive(
            c,
            "no whole periods: vCPU %u was not found asleep where the window "
            "should begin or end; it stood in the run queue for %.2f %% (load: %s)",
            vcpu, f->delay_pct, s->load ? sy_contention_describe(s->load) : "none of ours");
    } else if (!f->witnesses.agree) {
        sy_case_inconclusive(
            c,
            "the witnesses disagree: perf's task clock has %+.3f %% of schedstat's run time for "
            "vCPU %u (limit %.1f %%; %.1f us per sleep taken off)",
            f->witnesses.pct, vcpu, WITNESS_LIMIT_PCT, f->witnesses.offset_ns / SY_NS_PER_US);
    }
}

/* PMU figures per second of the vCPUs' CPU time; "n/a" with the reason where there is no PMU. */
static void record_pmu(SyCase *c, const Share *s, const VcpuShare *v)
{
    static const struct {
        SyPerfCounter counter;
        const char *metric;
    } table[] = {
        {SY_PERF_CYCLES_GUEST, "guest_cycles_per_cpu_s"},
        {SY_PERF_CYCLES_HOST, "host_cycles_per_cpu_s"},
        {SY_PERF_INSTRUCTIONS_GUEST, "guest_instructions_per_cpu_s"},
        {SY_PERF_INSTRUCTIONS_HOST, "host_instructions_per_cpu_s"},
    };

    for (guint k = 0; k < G_N_ELEMENTS(table); k++) {
        double total = 0, cpu_s = 0;
        const char *reason = NULL;

        for (guint i = 0; i < s->vcpus; i++) {
            const SyPerfCount *begin = &v[i].perf_begin.counts[table[k].counter];
            const SyPerfCount *end = &v[i].perf_end.counts[table[k].counter];

            reason = end->available ? reason : end->reason;
            total += (double)end->value - (double)begin->value;
            cpu_s += (double)v[i].testimony.task_clock_ns / SY_NS_PER_S;
        }
        if (reason || cpu_s <= 0) {
            sy_case_na(c, table[k].metric, reason ? reason : "n/a: no CPU time");
        } else {
            sy_case_sample(c, table[k].metric, total / cpu_s);
        }
    }
}

/* A vCPU that did not run at all has no ratio; that it is inconclusive has been said. */
static double finite_pct(double pct)
{
    return isfinite(pct) ? pct : -100;
}

/* With several vCPUs the repetition's sample is the worst one's: an average would hide it. */
static void record(SyCase *c, const Share *s, const VcpuShare *v)
{
    Finding worst = {0};

    for (guint i = 0; i < s->vcpus; i++) {
        Finding f = find(s, &v[i]);

        doubt(c, s, i, &v[i], &f);
        if (i == 0 || fabs(f.error_pct) > fabs(worst.error_pct)) {
            worst.error_pct = f.error_pct;
            worst.share = f.share;
        }
        if (i == 0 || fabs(f.witnesses.pct) > fabs(worst.witnesses.pct)) {
            worst.witnesses = f.witnesses;
        }
        worst.delay_pct = MAX(worst.delay_pct, f.delay_pct);
        worst.starved_pct = MAX(worst.starved_pct, f.starved_pct);
    }
    sy_case_sample(c, "share_error_pct", worst.error_pct);
    sy_case_sample(c, "share_pct", 100 * worst.share);
    sy_case_sample(c, "run_delay_pct", worst.delay_pct);
    sy_case_sample(c, "starved_pct", worst.starved_pct);
    sy_case_sample(c, "perf_vs_schedstat_pct", finite_pct(worst.witnesses.pct));
    sy_case_sample(c, "perf_vs_schedstat_raw_pct", finite_pct(worst.witnesses.raw_pct));
    sy_case_sample(c, "switch_offset_us", worst.witnesses.offset_ns / SY_NS_PER_US);
    record_pmu(c, s, v);
}

/*
 * What a sleep is worth to the witnesses here and now, by the first vCPU's twin. The twin runs for
 * a tenth of the quota: were one witness wrong in proportion to the time, no more than a tenth of
 * that would pass for an offset.
 */
static bool take_offset(Share *s, GError **error)
{
    s->offset = SWITCH_OFFSET_UNKNOWN;
    return s->quota_ns == s->period_ns ||
           twin_measure(g_array_index(s->spin.vcpus, SyVcpu, 0).thread_id,
                        CLAMP(s->period_ns - s->quota_ns, TWIN_SLEEP_MIN_NS, TWIN_SLEEP_MAX_NS),
                        CLAMP(s->quota_ns / 10, TWIN_RUN_MIN_NS, TWIN_RUN_MAX_NS), &s->offset,
                        error);
}

/* The windows of all vCPUs side by side, each in its own phase. */
static bool take_windows(Share *s, VcpuShare *v, GError **error)
{
    VcpuWindow windows[VCPUS_MAX];

    /* After QMP commands a vCPU may sleep for QEMU's big lock, not for want of quota: let that
     * pass. */
    if (!sy_sleep_until_ns(sy_now_ns() + QUIET_PERIODS * s->period_ns, error)) {
        return false;
    }
    for (guint i = 0; i < s->vcpus; i++) {
        windows[i] = (VcpuWindow){
            .pid = sy_vm_pid(s->spin.vm),
            .tid = g_array_index(s->spin.vcpus, SyVcpu, i).thread_id,
            .perf = s->perf[i],
            .period_ns = s->period_ns,
            .quota_ns = s->quota_ns,
        };
        if (!vcpu_window_begin(&windows[i], error)) {
            return false;
        }
    }
    for (guint i = 0; i < s->vcpus; i++) {
        if (!vcpu_window_end(&windows[i], s->periods, &v[i], error)) {
            return false;
        }
    }
    return true;
}

/* What the guest and the throttle themselves count, to be read before and after the windows. */
typedef struct {
    uint64_t work[VCPUS_MAX];
    ThrottleInfo throttle[VCPUS_MAX];
} Counts;

static bool read_counts(Share *s, Counts *out, GError **error)
{
    for (guint i = 0; i < s->vcpus; i++) {
        if (!throttle_query(s->spin.vm, g_array_index(s->spin.vcpus, SyVcpu, i).cpu_index,
                            &out->throttle[i], error)) {
            return false;
        }
    }
    return spin_vm_counts(&s->spin, out->work, error);
}

static void record_counts(SyCase *c, const Share *s, const Counts *before, const Counts *after)
{
    double work = 0, used_s = 0, kicks = 0, periods = 0;
    bool throttled = s->quota_ns < s->period_ns;

    for (guint i = 0; i < s->vcpus; i++) {
        work += (double)(after->work[i] - before->work[i]);
        used_s += (double)(after->throttle[i].used_ns - before->throttle[i].used_ns) / SY_NS_PER_S;
        kicks += (double)(after->throttle[i].kicks - before->throttle[i].kicks);
        periods += (double)(after->throttle[i].periods - before->throttle[i].periods);
        if (after->work[i] == before->work[i]) {
            sy_case_inconclusive(c, "the guest's vCPU %u did no work", i);
        }
    }
    if (throttled && periods > 0 && used_s > 0) {
        sy_case_sample(c, "kicks_per_period", kicks / periods);
        sy_case_sample(c, "work_per_cpu_s", work / used_s);
    } else {
        sy_case_na(c, "kicks_per_period", "n/a: not throttled");
        sy_case_na(c, "work_per_cpu_s", "n/a: the throttle keeps no account when it is off");
    }
}

static bool share_measure(SyCase *c, GError **error)
{
    Share *s = c->state;
    VcpuShare v[VCPUS_MAX] = {0};
    Counts before = {0}, after = {0};

    if (!take_offset(s, error) || !read_counts(s, &before, error) || !take_windows(s, v, error) ||
        !read_counts(s, &after, error) || !sy_vm_check(s->spin.vm, error)) {
        return spin_vm_explain(&s->spin, error);
    }
    record(c, s, v);
    record_counts(c, s, &before, &after);
    return true;
}

static void share_teardown(SyCase *c)
{
    Share *s = c->state;

    sy_contention_stop(s->load, NULL);
    for (guint i = 0; i < s->vcpus; i++) {
        sy_perf_free(s->perf[i]);
    }
    spin_vm_stop(&s->spin);
    g_free(s);
}

static const char *const share_requires[] = {"kvm", "perf-sw", "schedstat", "stress-ng", NULL};

static const SyParamSpec share_params[] = {
    {.name = "ratio_pct",
     .type = SY_PARAM_DOUBLE,
     .value = "50",
     .min = 0.1,
     .max = 100,
     .key = true,
     .summary = "the target: quota in % of the period"},
    {.name = "period_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "20",
     .min = 1,
     .max = 1000,
     .key = true,
     .summary = "the period"},
    {.name = "vcpus",
     .type = SY_PARAM_INT,
     .value = "1",
     .min = 1,
     .max = VCPUS_MAX,
     .summary = "vCPUs, each with that share"},
    LOAD_PARAM_STRESSOR,
    LOAD_PARAM_WORKERS,
    LOAD_PARAM_CPUS,
    {.name = "pin",
     .type = SY_PARAM_STRING,
     .value = "none",
     .summary = "QEMU's CPUs as a range such as 0-1; none: any"},
    {.name = "window_ms",
     .type = SY_PARAM_DOUBLE,
     .value = "2000",
     .min = 10,
     .max = 3600000,
     .summary = "length of a repetition; rounded up to whole periods"},
    SPIN_VM_PARAM_READY,
    {0},
};

static const SyMetricSpec share_metrics[] = {
    {.name = "share_error_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .gate = 5,
     .summary = "100 * (share / target - 1); share is run time by schedstat over wall time; the "
                "worst vCPU's"},
    {.name = "share_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "that vCPU's share of one CPU"},
    {.name = "run_delay_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "time runnable without a CPU, of wall time; the largest of the vCPUs"},
    {.name = "starved_pct",
     .unit = "%",
     .better = SY_BETTER_LOWER,
     .summary = "part of the target that the host withheld; 0 unless starved"},
    {.name = "perf_vs_schedstat_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "perf's task clock against schedstat's run time, less the switch offset; beyond "
                "0.2 the case is INCONCLUSIVE"},
    {.name = "perf_vs_schedstat_raw_pct",
     .unit = "%",
     .better = SY_BETTER_TARGET,
     .summary = "the same as counted, with the switch offset"},
    {.name = "switch_offset_us",
     .unit = "us",
     .better = SY_BETTER_LOWER,
     .summary =
         "what schedstat counts more than perf per sleep and wake-up, by the vCPU's twin; 0: "
         "not known surely enough, nothing taken off"},
    {.name = "kicks_per_period",
     .unit = "1",
     .better = SY_BETTER_TARGET,
     .summary = "how often the quota ran out, per period"},
    {.name = "work_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "iterations of the guest per second of CPU time"},
    {.name = "guest_cycles_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "cycles in the guest"},
    {.name = "host_cycles_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_LOWER,
     .summary = "cycles in the host"},
    {.name = "guest_instructions_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_HIGHER,
     .summary = "instructions in the guest"},
    {.name = "host_instructions_per_cpu_s",
     .unit = "1/s",
     .better = SY_BETTER_LOWER,
     .summary = "instructions in the host"},
    {0},
};

const SyWorkload sy_workload_throttle_share = {
    .version = SY_WORKLOAD_VERSION,
    .name = "throttle.share",
    .summary = "the CPU share of throttled vCPUs against their target",
    .groups = "throttle",
    .requires = share_requires,
    .params = share_params,
    .metrics = share_metrics,
    .setup = share_setup,
    .measure = share_measure,
    .teardown = share_teardown,
};
